import { promises as dns } from 'node:dns';
import { isIP } from 'node:net';

/** Addresses of `localhost` need no resolver. */
const LOCAL: Readonly<Record<'any' | 'ipv4' | 'ipv6', string>> = { any: '127.0.0.1', ipv4: '127.0.0.1', ipv6: '::1' };

/**
 * The address to connect to when the test insists on a family. Otherwise the name itself: the probes resolve it, and try
 * every address. Rejects when the name has no address of the family.
 */
export async function resolveFamily(host: string, family: 'any' | 'ipv4' | 'ipv6'): Promise<string> {
  if (host === 'localhost' && family !== 'any') return LOCAL[family];
  if (family === 'any' || isIP(host) !== 0) return host;
  const { address } = await dns.lookup(host, { family: family === 'ipv4' ? 4 : 6 });
  return address;
}
