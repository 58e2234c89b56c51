import type { Target } from '../net/connect.ts';
import { formatAddress } from '../options/address.ts';
import { DEFAULT_TLS, type TlsOptions } from '../options/tls.ts';
import type { HttpDescription } from './description.ts';

/** One request: where to, and with which words. Names of headers are in lower case. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: string | undefined;
}

/** A request as it is sent. */
export interface Wire {
  readonly bytes: Buffer;
  readonly target: Target;
  /** The same for requests that can share a connection. */
  readonly place: string;
}

/** Checks send the same request again and again. */
const wires = new WeakMap<HttpRequest, Wire>();

/** The bytes of a request, and where they go. */
export function wireOf(request: HttpRequest, description: HttpDescription): Wire {
  const wire = wires.get(request) ?? build(request, description);
  wires.set(request, wire);
  return wire;
}

function build(request: HttpRequest, { socket, tls, keep_alive: isKept }: HttpDescription): Wire {
  const { url } = request;
  const isSecure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const address = socket === undefined ? { host, port: Number(url.port || (isSecure ? 443 : 80)) } : { socket };
  const options = isSecure ? (tls ?? DEFAULT_TLS) : undefined;
  const place = options === undefined ? '' : ` TLS ${numberOf(options)} ${host}`;
  return {
    bytes: bytesOf(request, isKept),
    target: { address, host, tls: options },
    place: `${formatAddress(address)}${place}`,
  };
}

function bytesOf({ url, method, headers, data }: HttpRequest, isKept: boolean): Buffer {
  const all = { host: url.host, connection: isKept ? 'keep-alive' : 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(data ?? '')]);
}

const numbers = new WeakMap<TlsOptions, number>();
let lastNumber = 0;

/** Connections are shared by those whose TLS options are one object. */
function numberOf(options: TlsOptions): number {
  const number = numbers.get(options) ?? ++lastNumber;
  numbers.set(options, number);
  return number;
}
