import type * as v from 'valibot';
import { type Address, addressOption, formatAddress } from '../options/address.ts';
import { startTlsOption, type TlsOptions, tlsOption } from '../options/tls.ts';

/** What every named protocol takes: its server's address, and TLS, from the first byte on unless the protocol does it otherwise. */
export interface ServerDescription {
  readonly address: Address;
  readonly tls?: TlsOptions | undefined;
}

/** The entries of {@link ServerDescription} for a protocol with this standard port. */
export function serverEntries(port: number): {
  readonly address: v.GenericSchema<unknown, Address>;
  readonly tls: v.GenericSchema<unknown, TlsOptions | undefined>;
} {
  return { address: addressOption(port), tls: tlsOption };
}

/** The same for a protocol that can also begin TLS inside a plain connection. */
export function startTlsEntries(port: number): ReturnType<typeof serverEntries> {
  return { address: addressOption(port), tls: startTlsOption };
}

/** Describes a probe as "redis 127.0.0.1:6379". */
export function describeServer(name: string): (description: ServerDescription) => string {
  return ({ address }) => `${name} ${formatAddress(address)}`;
}
