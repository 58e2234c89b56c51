import net from 'node:net';
import type { ProbeIo } from '../definition.ts';
import { type Address, formatAddress } from '../options/address.ts';
import type { TlsOptions } from '../options/tls.ts';
import { type Connection, handshake } from './handshake.ts';
import { lookup } from './lookup.ts';
import { opened } from './opened.ts';

/** What a probe talks to. */
export interface Target {
  readonly address: Address;
  /** TLS from the first byte on. */
  readonly tls?: TlsOptions | undefined;
  /** Protocols offered in the TLS handshake (ALPN). */
  readonly alpn?: readonly string[] | undefined;
}

/** An open connection to the target. It is destroyed when the probe is aborted; otherwise the caller destroys it. */
export async function connect({ address, tls, alpn }: Target, io: ProbeIo): Promise<Connection> {
  const what = `cannot connect to ${formatAddress(address)}`;
  io.signal.throwIfAborted();
  io.doing = `connecting to ${formatAddress(address)}`;
  const place = 'socket' in address ? { path: address.socket } : { ...address, lookup, noDelay: true };
  if (tls === undefined) return { socket: await opened(net.connect(place), { event: 'connect', what }, io) };
  return handshake(place, { address, tls, alpn, what }, io);
}
