import net from 'node:net';
import tls, { type PeerCertificate, type TLSSocket } from 'node:tls';
import type { ProbeIo } from '../definition.ts';
import { type Address, formatAddress } from '../options/address.ts';
import type { TlsOptions } from '../options/tls.ts';
import { requireDaysLeft } from './certificate.ts';
import { networkFailure } from './failure.ts';
import { lookup } from './lookup.ts';
import { secureContext } from './tls-context.ts';

/** What a probe talks to. */
export interface Target {
  readonly address: Address;
  readonly tls?: TlsOptions | undefined;
  /** Protocols offered in the TLS handshake (ALPN). */
  readonly alpn?: readonly string[] | undefined;
}

/** An open connection to the target. It is destroyed when the probe is aborted; otherwise the caller destroys it. */
export async function connect({ address, tls: tlsOptions, alpn = [] }: Target, io: ProbeIo): Promise<net.Socket> {
  const where = formatAddress(address);
  io.signal.throwIfAborted();
  io.doing = `connecting to ${where}`;
  const plain = 'socket' in address ? { path: address.socket } : { ...address, lookup, noDelay: true };
  const socket =
    tlsOptions === undefined
      ? net.connect(plain)
      : tls.connect({ ...plain, ...tlsConnectOptions(tlsOptions, address), ALPNProtocols: [...alpn] });
  io.signal.addEventListener('abort', () => socket.destroy(), { once: true });
  await opened(socket, tlsOptions === undefined ? 'connect' : 'secureConnect').catch((error: unknown) => {
    socket.destroy();
    throw networkFailure(`cannot connect to ${where}`, error);
  });
  if (tlsOptions?.days_left !== undefined) checkDays(socket as TLSSocket, tlsOptions.days_left);
  return socket;
}

/** The options of a TLS connection to an address, for `tls.connect` and for an https agent. */
export function tlsConnectOptions(options: TlsOptions, address: Address): tls.ConnectionOptions {
  const host = 'socket' in address ? 'localhost' : address.host;
  const name = options.servername ?? host;
  return {
    secureContext: secureContext(options),
    rejectUnauthorized: options.verify,
    // An IP address is no server name (RFC 6066), yet the certificate is compared with it.
    ...(net.isIP(name) === 0
      ? { servername: name }
      : {
          checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
            tls.checkServerIdentity(name, certificate),
        }),
  };
}

function checkDays(socket: TLSSocket, least: number): void {
  try {
    requireDaysLeft(socket, least);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function opened(socket: net.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    // The listener stays: an error after the connection must not be an uncaught one.
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.once(event, resolve);
  });
}
