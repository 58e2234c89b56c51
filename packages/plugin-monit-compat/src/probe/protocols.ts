import type { Probe } from '@tappet/plugin-healthcheck/probes';
import type { ConnectionTest, TlsOptions } from '../language/ast.ts';
import { acceptedStatus } from './http-status.ts';
import { httpAsk } from './http-request.ts';
import { tlsOf } from './tls.ts';

type DialogueStep = { readonly send?: string; readonly expect?: string; readonly matches?: string };

/**
 * The probe that holds the conversation of a test over TCP, TLS or a unix socket. A protocol that nobody here speaks, and a
 * test without one, is a connection that must open.
 */
export function probeOf(test: ConnectionTest, host: string, defaults: TlsOptions | undefined): Probe {
  const { target, protocol, protocolOptions } = test;
  const tls = tlsOf(test, defaults);
  const address = 'port' in target ? { host, port: target.port } : { socket: target.socket };
  const server = { address, tls };
  const user = optional(protocolOptions['username']);
  const password = optional(protocolOptions['password']);
  const login = { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) };
  switch (protocol ?? '') {
    case 'http':
    case 'https': {
      const ask = httpAsk(test, host, defaults);
      const status = acceptedStatus(test.http);
      return { name: 'http', description: { ...ask, status, redirects: 0, keep_alive: false } };
    }
    case 'websocket':
      return websocket(test, host, defaults);
    case 'redis':
      return { name: 'redis', description: { ...server, ...login } };
    case 'memcache':
      return { name: 'memcached', description: server };
    case 'pgsql':
      return {
        name: 'postgres',
        description: { ...server, user: user ?? 'postgres', database: optional(protocolOptions['database']) },
      };
    case 'mysql':
    case 'mysqls':
      return { name: 'mysql', description: { ...server, ...login } };
    case 'mqtt':
      return { name: 'mqtt', description: { ...server, ...login } };
    case 'smtp':
    case 'smtps':
      return { name: 'smtp', description: { ...server, helo: 'localhost' } };
    case 'ssh':
      return { name: 'ssh', description: server };
    case 'imap':
    case 'imaps':
      return { name: 'imap', description: server };
    case 'pop':
    case 'pops':
      return { name: 'pop3', description: server };
    case 'ftp':
      return { name: 'ftp', description: server };
    case 'ldap3':
      return { name: 'ldap', description: server };
    case 'dns':
      return { name: 'dns', description: { address, transport: test.transport, type: 'A', code: 'NOERROR' } };
    default:
      return { name: 'tcp', description: { ...server, steps: stepsOf(test) } };
  }
}

function optional(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function websocket(test: ConnectionTest, host: string, defaults: TlsOptions | undefined): Probe {
  const { protocolOptions } = test;
  const ask = httpAsk({ ...test, http: { request: String(protocolOptions['request'] ?? '/') } }, host, defaults);
  const { origin, host: named, version } = protocolOptions;
  const headers: Record<string, string> = {};
  if (origin !== undefined) headers['Origin'] = String(origin);
  if (named !== undefined) headers['Host'] = String(named);
  if (version !== undefined) headers['Sec-WebSocket-Version'] = String(version);
  return {
    name: 'websocket',
    description: { url: ask.url.replace(/^http/, 'ws'), socket: ask.socket, headers, tls: ask.tls },
  };
}

function stepsOf({ dialogue, protocol }: ConnectionTest): readonly DialogueStep[] {
  const known = DIALOGUES[protocol ?? ''];
  if (known !== undefined) return known;
  return dialogue.map(({ kind, text }) => (kind === 'send' ? { send: escape(text) } : { matches: text }));
}

// The probe reads \xNN and \0 as bytes; here every control character is one already.
function escape(text: string): string {
  return text.replace(/[\\\p{Cc}]/gu, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Short conversations: what is sent, and the beginning of a good answer. */
const DIALOGUES: Readonly<Record<string, readonly DialogueStep[]>> = {
  clamav: [{ send: 'PING\r\n' }, { expect: 'PONG' }],
  fail2ban: [{ send: '\\x80\\x02]q\\x00U\\x04pingq\\x01a.<F2B_END_COMMAND>' }, { expect: 'pong' }],
  rsync: [{ expect: '@RSYNCD:' }],
  sieve: [{ expect: 'OK' }],
  spamassassin: [{ send: 'PING SPAMC/1.2\r\n\r\n' }, { expect: 'PONG' }],
  'postfix-policy': [
    {
      send: 'request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=SMTP\nsender=monit@localhost\nrecipient=monit@localhost\nclient_address=127.0.0.1\nclient_name=localhost\n\n',
    },
    { expect: 'action=' },
  ],
  // An isMaster query (MongoDB wire protocol, OP_QUERY); the answer names itself.
  mongodb: [
    {
      send: `\\x3a${NUL(3)}\\x01${NUL(7)}\\xd4\\x07${NUL(6)}admin.$cmd${NUL(5)}\\xff\\xff\\xff\\xff\\x13${NUL(3)}\\x10isMaster${NUL(1)}\\x01${NUL(4)}`,
    },
    { expect: 'ismaster' },
  ],
};

function NUL(count: number): string {
  return '\\x00'.repeat(count);
}
