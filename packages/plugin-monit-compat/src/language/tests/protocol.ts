import type { ConnectionTest, HttpOptions } from '../ast.ts';
import type { ReadContext } from '../context.ts';
import { readOperator, readPercentSign } from '../quantities.ts';
import { algorithmOf, cleanHash } from './file.ts';

/** Every protocol that 5.33 knows. */
export const PROTOCOLS: readonly string[] =
  `apache-status clamav default dns dwp fail2ban ftp gps http https imap imaps ldap2 ldap3 lmtp
  memcache mongodb mqtt mysql mysqls nntp ntp3 pgsql pop pops postfix-policy radius rdate redis rsync sieve sip smtp smtps
  spamassassin ssh tns websocket`.split(/\s+/);

const LOGIN_PROTOCOLS = new Set(['mysql', 'mysqls', 'smtp', 'smtps', 'mqtt', 'pgsql', 'apache-status']);
const APACHE_LIMITS = [
  'loglimit',
  'closelimit',
  'dnslimit',
  'keepalivelimit',
  'replylimit',
  'requestlimit',
  'startlimit',
  'waitlimit',
  'gracefullimit',
  'cleanuplimit',
] as const;

export interface ReadProtocol {
  readonly name: string;
  readonly options: Readonly<Record<string, string | number>>;
  readonly http: HttpOptions;
  readonly apacheLimits: ConnectionTest['apacheLimits'];
}

/** `protocol P [options]`, or undefined when no protocol stands here. */
export function readProtocol(context: ReadContext): ReadProtocol | undefined {
  const { cursor } = context;
  if (!cursor.take('protocol')) return undefined;
  const name = cursor.expectOne(PROTOCOLS, 'a protocol');
  if (name === 'http' || name === 'https')
    return { name, options: {}, http: readHttpOptions(context), apacheLimits: [] };
  const options: Record<string, string | number> = {};
  const apacheLimits: ConnectionTest['apacheLimits'][number][] = [];
  let found = 0;
  while (readOption(context, name, options) || readApacheLimit(context, name, apacheLimits)) found += 1;
  if (found === 0 && (name === 'apache-status' || name === 'websocket')) throw cursor.fault(`an option of ${name}`);
  if (name === 'radius' && options['secret'] === undefined && cursor.is('secret'))
    throw cursor.fault('the secret in quotes');
  return { name, options, http: {}, apacheLimits };
}

function readOption(
  { cursor, issues }: ReadContext,
  protocol: string,
  options: Record<string, string | number>,
): boolean {
  if (LOGIN_PROTOCOLS.has(protocol)) {
    for (const key of ['username', 'password'] as const) {
      if (!cursor.take(key)) continue;
      options[key] = cursor.string(`a ${key}`).value;
      return true;
    }
  }
  if ((protocol === 'mysql' || protocol === 'mysqls') && cursor.is('rsakey') && cursor.is('checksum', 1)) {
    cursor.next();
    cursor.next();
    const token = readHashString(cursor);
    if (algorithmOf(cleanHash(token.value), false) === undefined) {
      issues.error({
        at: token,
        code: 'ERR_CONFIG_TYPE',
        message: `cannot use the checksum "${token.value}": it is neither an MD5 nor a SHA1 sum`,
      });
    }
    options['rsakey'] = cleanHash(token.value);
    return true;
  }
  if (protocol === 'pgsql' && cursor.take('database')) {
    options['database'] = cursor.string('a database').value;
    return true;
  }
  if (protocol === 'radius' && cursor.is('secret') && cursor.peek(1).kind === 'string') {
    cursor.next();
    options['secret'] = cursor.next().value;
    return true;
  }
  if (protocol === 'sip' && cursor.take('target')) {
    options['target'] = cursor.peek().kind === 'mail' ? cursor.next().value : cursor.string('a target').value;
    return true;
  }
  if (protocol === 'sip' && cursor.take('maxforward')) {
    options['maxforward'] = cursor.number('a number');
    return true;
  }
  if (protocol === 'apache-status' && cursor.take('path')) {
    options['path'] = cursor.path('the path of the status page').value;
    return true;
  }
  return protocol === 'websocket' && readWebsocketOption(cursor, options);
}

function readWebsocketOption(cursor: ReadContext['cursor'], options: Record<string, string | number>): boolean {
  if (cursor.take('origin')) options['origin'] = cursor.string('an origin').value;
  else if (cursor.take('host')) options['host'] = cursor.string('a host').value;
  else if (cursor.take('request')) options['request'] = cursor.path('a request').value;
  else if (cursor.take('version')) options['version'] = cursor.number('a version');
  else return false;
  return true;
}

function readApacheLimit(
  { cursor }: ReadContext,
  protocol: string,
  limits: ConnectionTest['apacheLimits'][number][],
): boolean {
  if (protocol !== 'apache-status') return false;
  const name = APACHE_LIMITS.find((key) => cursor.is(key));
  if (name === undefined) return false;
  cursor.next();
  const operator = readOperator(cursor);
  const percent = cursor.number('a percentage');
  readPercentSign(cursor);
  limits.push({ name, operator, percent });
  return true;
}

function readHttpOptions(context: ReadContext): HttpOptions {
  const { cursor, issues } = context;
  let options: HttpOptions = {};
  for (;;) {
    const token = cursor.peek();
    if (cursor.take('username')) options = { ...options, username: cursor.string('a user name').value };
    else if (cursor.take('password')) options = { ...options, password: cursor.string('a password').value };
    else if (cursor.take('request')) options = { ...options, request: cursor.stringOrPath('a request').value };
    else if (cursor.take('method'))
      options = {
        ...options,
        method: cursor.expectOne(['get', 'head'], '"GET" or "HEAD"') === 'head' ? 'HEAD' : 'GET',
      };
    else if (cursor.take('status')) {
      const operator = readOperator(cursor);
      options = { ...options, status: { operator, value: cursor.number('a status') } };
    } else if (cursor.take('hostheader')) options = { ...options, hostHeader: cursor.string('a host').value };
    else if (cursor.take('checksum')) {
      const hash = readHashString(cursor);
      options = { ...options, checksum: cleanHash(hash.value) };
      if (algorithmOf(cleanHash(hash.value), issues.mode === 'lenient') === undefined) {
        issues.error({
          at: hash,
          code: 'ERR_CONFIG_TYPE',
          message: `cannot use the checksum "${hash.value}": it is neither an MD5 nor a SHA1 sum`,
        });
      }
    } else if (token.kind === 'headers')
      options = { ...options, headers: [...(options.headers ?? []), ...cursor.next().items] };
    else return options;
  }
}

/** A checksum as a string. */
export function readHashString(cursor: ReadContext['cursor']): ReturnType<ReadContext['cursor']['string']> {
  return cursor.string('a checksum');
}
