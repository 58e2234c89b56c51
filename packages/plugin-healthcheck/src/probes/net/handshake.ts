import net from 'node:net';
import tls, { type PeerCertificate } from 'node:tls';
import type { ProbeIo } from '../definition.ts';
import type { TlsOptions } from '../options/tls.ts';
import { checkedDaysLeft } from './certificate.ts';
import { opened } from './opened.ts';
import { secureContext } from './tls-context.ts';

/** Whom a handshake is with, and how its certificate is judged. */
export interface SecureTarget {
  /** Name that the certificate must carry unless the options give one. */
  readonly host: string;
  readonly tls: TlsOptions;
  readonly alpn?: readonly string[] | undefined;
  /** Begins the failure: "cannot connect to 127.0.0.1:443". */
  readonly what: string;
}

/** An open connection. */
export interface Connection {
  readonly socket: net.Socket;
  /** Days left of its certificate, where the TLS options ask for some. */
  readonly daysLeft?: number | undefined;
}

/** A TLS connection over a place to connect to, or over a socket that is open already. */
export async function handshake(
  over: tls.ConnectionOptions,
  { host, tls: options, alpn = [], what }: SecureTarget,
  io: ProbeIo,
): Promise<Connection> {
  const socket = tls.connect({ ...over, ...identity(options, host), ALPNProtocols: [...alpn] });
  await opened(socket, { event: 'secureConnect', what }, io);
  try {
    return { socket, daysLeft: checkedDaysLeft(socket, options) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function identity(options: TlsOptions, host: string): tls.ConnectionOptions {
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
