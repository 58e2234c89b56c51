import type { ConnectionTest, TlsOptions } from '../language/ast.ts';
import { type ProbeTls, tlsOf } from './tls.ts';

/** An HTTP request as a test asks for it. */
export interface HttpAsk {
  readonly url: string;
  readonly socket: string | undefined;
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: ProbeTls | undefined;
}

/** What servers see; the first word is the one that existing log filters look for. */
export const USER_AGENT = 'Monit/5.33.0 (tappet)';

/**
 * The request of an HTTP test. Explicit headers win over the defaults, among them Host; credentials go as a Basic header; the path is
 * percent-encoded where it must be.
 */
export function httpAsk(test: ConnectionTest, address: string, defaults: TlsOptions | undefined): HttpAsk {
  const { http, target, protocolOptions } = test;
  const tls = tlsOf(test, defaults);
  const host = 'port' in target ? `${address.includes(':') ? `[${address}]` : address}:${target.port}` : 'localhost';
  const path = typeof protocolOptions['path'] === 'string' ? `${protocolOptions['path']}?auto` : http.request;
  const wanted = path ?? (test.protocol === 'apache-status' ? '/server-status?auto' : '/');
  const headers: Record<string, string> = {
    'user-agent': USER_AGENT,
    accept: '*/*',
    'accept-encoding': 'identity',
    connection: 'close',
  };
  const named = 'port' in target && target.host !== undefined ? target.host : address;
  if ('port' in target && named !== address) headers['host'] = `${named}:${target.port}`;
  const credentials = credentialsOf(test);
  if (credentials !== undefined) headers['authorization'] = credentials;
  if (http.hostHeader !== undefined) headers['host'] = http.hostHeader;
  for (const line of http.headers ?? []) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return {
    url: new URL(encodePath(wanted), `${tls === undefined ? 'http' : 'https'}://${host}`).href,
    socket: 'socket' in target ? target.socket : undefined,
    method: http.method ?? 'GET',
    headers,
    tls: tls === undefined || named === address ? tls : { ...tls, servername: named },
  };
}

function credentialsOf({ http, protocolOptions }: ConnectionTest): string | undefined {
  const user = http.username ?? protocolOptions['username'];
  const password = http.password ?? protocolOptions['password'];
  if (user === undefined && password === undefined) return undefined;
  return `Basic ${Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64')}`;
}

// Only what cannot stand in a request line; what the user has encoded already stays as it is. Two slashes are no host.
function encodePath(path: string): string {
  const rooted = path.startsWith('/') ? path : `/${path}`;
  return encodeURI(rooted)
    .replaceAll('%25', '%')
    .replace(/^\/{2,}/, '/');
}
