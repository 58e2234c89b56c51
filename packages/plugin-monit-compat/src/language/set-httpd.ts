import type { ReadContext } from './context.ts';
import { readGroup, readUser } from './identity.ts';
import type { SettingsDraft } from './set-statement.ts';
import type { HttpdAllow, HttpdSetting } from './settings.ts';
import { readMode } from './tests/attribute.ts';
import { readHost } from './tests/connection.ts';
import { NO_TLS_OPTIONS, readTls } from './tests/tls.ts';

type HttpdDraft = { -readonly [K in keyof HttpdSetting]: HttpdSetting[K] };

/** `set httpd …`: port, address, socket, TLS and who is let in, in any order. The cursor stands behind `httpd`. */
export function readHttpd(context: ReadContext, settings: SettingsDraft): void {
  const { cursor, issues } = context;
  const first = cursor.peek();
  const httpd: HttpdDraft = {
    at: cursor.place(first),
    port: undefined,
    address: undefined,
    socket: undefined,
    readOnly: false,
    signature: true,
    tls: undefined,
    allow: [],
  };
  while (readOption(context, httpd)) continue;
  const { pemfile, pemchain, pemkey } = httpd.tls?.files ?? {};
  if (httpd.tls !== undefined && pemfile === undefined && (pemchain === undefined || pemkey === undefined)) {
    issues.error({ at: first, code: 'ERR_CONFIG_MISSING', message: 'cannot serve TLS: no pemfile is given' });
  }
  settings.httpd = httpd;
}

function readOption(context: ReadContext, httpd: HttpdDraft): boolean {
  const { cursor } = context;
  if (cursor.take('port')) {
    httpd.port = cursor.number('a port number');
    if (cursor.take('readonly')) httpd.readOnly = true;
  } else if (cursor.take('address')) httpd.address = readHost(cursor);
  else if (cursor.take('signature'))
    httpd.signature = cursor.expectOne(['enable', 'disable'], '"enable" or "disable"') === 'enable';
  else if (cursor.is('unixsocket')) readSocket(context, httpd);
  else if (cursor.is('ssl') || cursor.is('tls')) httpd.tls = readTls(context);
  else if (cursor.is('pemfile') || cursor.is('clientpemfile')) {
    const key = cursor.next().key;
    httpd.tls = { ...NO_TLS_OPTIONS, ...httpd.tls, files: { ...httpd.tls?.files, [key]: cursor.path('a file').value } };
  } else if (cursor.take('allowselfcertification')) httpd.tls = { files: {}, ...httpd.tls, selfSigned: true };
  else if (cursor.take('allow')) httpd.allow = [...httpd.allow, readAllow(context)];
  else return false;
  return true;
}

function readSocket(context: ReadContext, httpd: HttpdDraft): void {
  const { cursor } = context;
  cursor.next();
  let socket: NonNullable<HttpdSetting['socket']> = { path: cursor.path('the path of the socket').value };
  for (;;) {
    if (cursor.take('uid')) socket = withNumber(socket, 'uid', readUser(context, 'program').id);
    else if (cursor.take('gid')) socket = withNumber(socket, 'gid', readGroup(context, 'program').id);
    else if (cursor.take('permission')) socket = withNumber(socket, 'mode', readMode(context));
    else break;
  }
  if (cursor.take('readonly')) httpd.readOnly = true;
  httpd.socket = socket;
}

function withNumber(
  socket: NonNullable<HttpdSetting['socket']>,
  key: 'uid' | 'gid' | 'mode',
  value: number | undefined,
): NonNullable<HttpdSetting['socket']> {
  return value === undefined ? socket : { ...socket, [key]: value };
}

function readAllow(context: ReadContext): HttpdAllow {
  const { cursor, issues, host } = context;
  if (cursor.take('@')) {
    const group = cursor.string('a group').value;
    return { kind: 'pam-group', group, readOnly: cursor.take('readonly') !== undefined };
  }
  const scheme = cursor.take('md5', 'crypt', 'cleartext')?.key;
  if (scheme !== undefined || cursor.peek().kind === 'path') {
    const token = cursor.path('a file of passwords');
    if (!host.isReadable(token.value)) {
      issues.error({
        at: token,
        code: 'ERR_CONFIG_UNREADABLE',
        message: `cannot read the file of passwords "${token.value}": there is no such file`,
      });
    }
    const users: string[] = [];
    while (cursor.peek().kind === 'string') users.push(cursor.next().value);
    return { kind: 'htpasswd', path: token.value, scheme: scheme ?? 'cleartext', users };
  }
  if (cursor.peek().kind === 'ip') return { kind: 'host', address: cursor.next().value };
  const name = cursor.string('a user, a host or a network').value;
  if (!cursor.take(':')) return { kind: 'host', address: name };
  const password = cursor.string('a password').value;
  return { kind: 'login', user: name, password, readOnly: cursor.take('readonly') !== undefined };
}
