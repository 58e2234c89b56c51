import { isIP } from 'node:net';
import * as v from 'valibot';

/** Where a server listens: a TCP port or a unix socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly socket: string };

/**
 * An address option: "host:port", "host" (the protocol's own port), ":port", a port number, "[::1]:port",
 * "unix:/path" or "/path". Left out, it is the protocol's port on 127.0.0.1; without such a port it is required.
 */
export function addressOption(defaultPort?: number): v.GenericSchema<unknown, Address> {
  const schema = v.pipe(
    v.unknown(),
    v.rawTransform<unknown, Address>(({ dataset, addIssue, NEVER }) => {
      const address = parseAddress(dataset.value, defaultPort);
      if (typeof address !== 'string') return address;
      addIssue({ message: address });
      return NEVER;
    }),
  );
  return defaultPort === undefined ? schema : v.optional(schema, defaultPort);
}

/** The address that a value means, or the reason why it is none. */
export function parseAddress(value: unknown, defaultPort?: number): Address | string {
  if (typeof value === 'number') return atPort('127.0.0.1', String(value));
  if (typeof value !== 'string') return 'must be text like "127.0.0.1:6379" or "unix:/run/app.sock", or a port';
  const socket = value.startsWith('/') ? value : /^unix:(\/.*)$/.exec(value)?.[1];
  if (socket !== undefined)
    return socket.length > 107 ? 'is longer than the 107 bytes of a unix socket path' : { socket };
  if (isIP(value) === 6) return atPort(value, defaultPort);
  const match = /^(?:\[([^\]]+)\]|([^:/\s[\]]*))(?::([^:/\s]*))?$/.exec(value);
  if (match === null) return 'must be like "127.0.0.1:6379", "[::1]:6379" or "unix:/run/app.sock"';
  const [, bracketed, plain, port = defaultPort] = match;
  if (bracketed !== undefined && isIP(bracketed) !== 6) return `"${bracketed}" is not an IPv6 address`;
  if (bracketed === undefined && plain === '' && port === undefined) return 'must not be empty';
  if (bracketed === undefined && /^\d+$/.test(plain ?? '') && match[3] === undefined) return atPort('127.0.0.1', plain);
  return atPort(bracketed ?? (plain === '' || plain === undefined ? '127.0.0.1' : plain), port);
}

/** An address as it is written: "127.0.0.1:80", "[::1]:80", "unix:/run/a.sock". */
export function formatAddress(address: Address): string {
  if ('socket' in address) return `unix:${address.socket}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

function atPort(host: string, port: string | number | undefined): Address | string {
  if (port === undefined) return `has no port: write "${host}:PORT"`;
  if (!/^\d+$/.test(String(port))) return `"${port}" is not a port`;
  const number = Number(port);
  return number >= 1 && number <= 65_535 ? { host, port: number } : `port ${port} is out of range, 1 to 65535`;
}
