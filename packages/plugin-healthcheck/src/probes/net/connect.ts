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
  /** Name that the certificate must carry unless the TLS options give one; the host of the address when left out. */
  readonly host?: string | undefined;
  /** Takes what arrives, instead of the socket's `data` events: cheaper, and valid only during the call. */
  readonly onRead?: ((data: Buffer) => void) | undefined;
}

/** One for all connections, since what arrives is used or copied at once. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** An open connection to the target. It is destroyed when the probe is aborted; otherwise the caller destroys it. */
export async function connect({ address, tls, alpn, host, onRead }: Target, io: ProbeIo): Promise<Connection> {
  const what = `cannot connect to ${formatAddress(address)}`;
  io.signal.throwIfAborted();
  io.doing = `connecting to ${formatAddress(address)}`;
  const place = 'socket' in address ? { path: address.socket } : { ...address, lookup, noDelay: true };
  if (tls === undefined) {
    const socket = net.connect({ ...place, ...(onRead === undefined ? {} : { onread: reading(onRead) }) });
    return { socket: await opened(socket, { event: 'connect', what }, io) };
  }
  const connection = await handshake(place, { host: host ?? hostOf(address), tls, alpn, what }, io);
  if (onRead !== undefined) connection.socket.on('data', onRead);
  return connection;
}

/** The host whose certificate is expected at an address. */
export function hostOf(address: Address): string {
  return 'socket' in address ? 'localhost' : address.host;
}

function reading(onRead: (data: Buffer) => void): net.OnReadOpts {
  return {
    buffer: readBuffer,
    callback(count) {
      onRead(readBuffer.subarray(0, count));
      return true;
    },
  };
}
