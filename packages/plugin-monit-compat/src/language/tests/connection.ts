import { isIP } from 'node:net';
import type { ConnectionTest, PingTest } from '../ast.ts';
import type { ReadContext } from '../context.ts';
import { readDuration, readOperator, readSeconds } from '../quantities.ts';
import { unescape } from '../scan-command.ts';
import type { Token } from '../token.ts';
import { readCertificate } from './certificate.ts';
import { checkPattern, readPattern } from './file.ts';
import { readProtocol } from './protocol.ts';
import { NO_TLS_OPTIONS, readTls, takeVersion } from './tls.ts';

type Draft = { -readonly [K in keyof ConnectionTest]: ConnectionTest[K] };

/** `[host H] port N …`, `url U …` or, where allowed, `unixsocket P …`. The cursor stands behind `failed|succeeded`. */
export function readConnection(
  context: ReadContext,
  { socketAllowed }: { socketAllowed: boolean },
): ConnectionTest | undefined {
  const { cursor } = context;
  if (cursor.is('port') || cursor.is('host')) return readPort(context);
  if (cursor.is('url')) return readUrl(context);
  if (socketAllowed && cursor.is('unixsocket')) return readSocket(context);
  return undefined;
}

/** `ping|ping4|ping6|icmp type echo` with its options. */
export function readPing(context: ReadContext): PingTest | undefined {
  const { cursor, issues } = context;
  const key = ['ping', 'ping4', 'ping6', 'icmp'].find((candidate) => cursor.is(candidate));
  if (key === undefined) return undefined;
  cursor.next();
  if (key === 'icmp') {
    cursor.expect('type');
    cursor.expect('echo');
  }
  const ping: { -readonly [K in keyof PingTest]: PingTest[K] } = {
    kind: 'ping',
    family: key === 'ping4' ? 'ipv4' : key === 'ping6' ? 'ipv6' : 'any',
    count: 3,
    size: 64,
    timeoutMs: context.limits.networkTimeoutMs,
    sourceAddress: undefined,
    responseTime: undefined,
  };
  for (;;) {
    if (cursor.take('count')) ping.count = Math.max(1, cursor.number('a number of echo requests'));
    else if (cursor.take('size')) {
      const token = cursor.peek();
      ping.size = cursor.number('a size');
      if (ping.size < 8 || ping.size > 1492) {
        issues.error({
          at: token,
          code: 'ERR_CONFIG_TYPE',
          message: `cannot ping with ${ping.size} bytes: between 8 and 1492 are possible`,
        });
      }
    } else if (cursor.take('timeout')) ping.timeoutMs = readSeconds(cursor, 'the timeout');
    else if (cursor.is('responsetime')) ping.responseTime = readResponseTime(cursor);
    else if (cursor.take('address')) ping.sourceAddress = readSourceAddress(context);
    else return ping;
  }
}

function readPort(context: ReadContext): ConnectionTest {
  const { cursor } = context;
  const host = cursor.take('host') ? readHost(cursor) : undefined;
  cursor.expect('port');
  const draft = newDraft(context, { host, port: cursor.number('a port number') });
  while (readCommonOption(context, draft) || readPortOption(context, draft)) continue;
  return finish(context, draft);
}

function readSocket(context: ReadContext): ConnectionTest {
  const { cursor } = context;
  cursor.next();
  const draft = newDraft(context, { socket: cursor.path('the path of the socket').value });
  while (readCommonOption(context, draft)) continue;
  return draft;
}

function readUrl(context: ReadContext): ConnectionTest {
  const { cursor } = context;
  cursor.next();
  const token = cursor.peek();
  if (token.kind !== 'url') throw cursor.fault('a URL without quotes');
  cursor.next();
  const [scheme = 'http', username = '', password = '', host = '', port = '', request = '/'] = token.items;
  const draft = newDraft(context, { host, port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port) });
  draft.protocol = scheme;
  draft.http = { request, ...(username === '' && password === '' ? {} : { username, password }) };
  if (scheme === 'https') draft.tls = NO_TLS_OPTIONS;
  while (readUrlOption(context, draft)) continue;
  return draft;
}

function newDraft(context: ReadContext, target: ConnectionTest['target']): Draft {
  return {
    kind: 'connection',
    target,
    transport: 'tcp',
    family: 'any',
    sourceAddress: undefined,
    protocol: undefined,
    protocolOptions: {},
    apacheLimits: [],
    http: {},
    content: [],
    dialogue: [],
    tls: undefined,
    certificate: {},
    timeoutMs: context.limits.networkTimeoutMs,
    responseTime: undefined,
    attempts: 1,
  };
}

function readCommonOption(context: ReadContext, draft: Draft): boolean {
  const { cursor } = context;
  if (cursor.take('type')) return readTransport(context, draft);
  if (cursor.is('send') || cursor.is('expect')) return readDialogue(context, draft);
  if (cursor.take('timeout')) draft.timeoutMs = readSeconds(cursor, 'the timeout');
  else if (cursor.take('retry')) draft.attempts = Math.max(1, cursor.number('a number of attempts'));
  else if (cursor.is('responsetime')) draft.responseTime = readResponseTime(cursor);
  else return readProtocolOption(context, draft);
  return true;
}

function readProtocolOption(context: ReadContext, draft: Draft): boolean {
  const read = readProtocol(context);
  if (read === undefined) return false;
  draft.protocol = read.name === 'default' ? undefined : read.name;
  draft.protocolOptions = read.options;
  draft.apacheLimits = read.apacheLimits;
  draft.http = read.http;
  return true;
}

function readPortOption(context: ReadContext, draft: Draft): boolean {
  const { cursor } = context;
  if (cursor.take('address')) draft.sourceAddress = readSourceAddress(context);
  else if (cursor.take('ipv4')) draft.family = 'ipv4';
  else if (cursor.take('ipv6')) draft.family = 'ipv6';
  else return readUrlOption(context, draft);
  return true;
}

function readUrlOption(context: ReadContext, draft: Draft): boolean {
  const { cursor } = context;
  if (cursor.is('content')) return readBodyPattern(context, draft);
  if (cursor.is('certificate')) {
    draft.certificate = { ...draft.certificate, ...readCertificate(context) };
    return true;
  }
  if (cursor.take('timeout')) draft.timeoutMs = readSeconds(cursor, 'the timeout');
  else if (cursor.take('retry')) draft.attempts = Math.max(1, cursor.number('a number of attempts'));
  else {
    const tls = readTls(context);
    if (tls === undefined) return false;
    draft.tls = { ...draft.tls, ...tls, files: { ...draft.tls?.files, ...tls.files } };
  }
  return true;
}

function readTransport(context: ReadContext, draft: Draft): boolean {
  const { cursor } = context;
  const type = cursor.expectOne(['tcp', 'udp', 'tcpssl'], '"tcp", "udp" or "tcpssl"');
  draft.transport = type === 'udp' ? 'udp' : 'tcp';
  if (type !== 'tcpssl') return true;
  const version = takeVersion(context);
  draft.tls = { ...draft.tls, files: draft.tls?.files ?? {}, ...(version === undefined ? {} : { version }) };
  if (cursor.take('certmd5')) draft.certificate = { ...draft.certificate, checksum: cursor.string('a checksum').value };
  return true;
}

function readDialogue(context: ReadContext, draft: Draft): boolean {
  const { cursor, issues } = context;
  const keyword = cursor.next();
  const kind = keyword.key === 'send' ? 'send' : 'expect';
  const token = cursor.string(kind === 'send' ? 'what to send' : 'what to expect');
  if (draft.protocol !== undefined) {
    issues.error({
      at: token,
      message: `cannot use "${kind}" with the protocol ${draft.protocol}: the protocol decides what is sent`,
    });
  }
  if (kind === 'expect') checkPattern(context, token);
  draft.dialogue = [...draft.dialogue, { kind, text: unescape(token.value) }];
  return true;
}

function readBodyPattern(context: ReadContext, draft: Draft): boolean {
  const { cursor } = context;
  cursor.next();
  const operator = cursor.expectOne(['=', '!='], '"=" or "!="');
  draft.content = [
    ...draft.content,
    { negated: operator === '!=', pattern: readPattern(context, { fileAllowed: false }) },
  ];
  return finishHttp(context, draft);
}

function finish(context: ReadContext, draft: Draft): ConnectionTest {
  finishHttp(context, draft);
  if (draft.protocol === 'radius' && draft.transport !== 'udp') {
    context.issues.error({
      at: context.cursor.peek(),
      code: 'ERR_CONFIG_TYPE',
      message: 'cannot test radius over TCP: add "type udp"',
    });
  }
  return draft;
}

function finishHttp({ cursor, issues }: ReadContext, draft: Draft): true {
  if (draft.http.method === 'HEAD' && (draft.content.length > 0 || draft.http.checksum !== undefined)) {
    issues.error({
      at: cursor.peek(),
      message: 'cannot test content or checksum with the method HEAD: the answer has no body',
    });
  }
  return true;
}

function readResponseTime(cursor: ReadContext['cursor']): NonNullable<ConnectionTest['responseTime']> {
  cursor.next();
  const operator = readOperator(cursor);
  return { operator, ms: readDuration(cursor, 'the response time') };
}

/** A host name or address. */
export function readHost(cursor: ReadContext['cursor']): string {
  return cursor.peek().kind === 'ip' ? cursor.next().value : cursor.string('a host name or address').value;
}

function readSourceAddress({ cursor, issues }: ReadContext): string {
  const token: Token = cursor.peek();
  const address = readHost(cursor);
  // Short forms such as 10.1 are addresses as well.
  if (isIP(address) === 0 && !/^\d+(\.\d+){0,3}$/.test(address)) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot use the source address "${address}": it is not an IP address`,
    });
  }
  return address;
}
