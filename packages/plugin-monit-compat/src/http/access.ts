import { timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { HttpdAllow, HttpdSetting } from '../language/settings.ts';

/** What a request may do. */
export type Access = 'full' | 'read-only' | 'unknown' | 'forbidden';

export interface AccessRequest {
  /** Undefined: a unix socket. */
  readonly remoteAddress: string | undefined;
  readonly authorization: string | undefined;
}

/**
 * Who gets in: from an allowed host when hosts are listed, and with a listed login when there are any. A list that only holds what
 * cannot be asked here (PAM, password files) lets nobody in, and so does no list at all.
 */
export function createAccess({ allow, readOnly }: HttpdSetting): (request: AccessRequest) => Access {
  const hosts = allow.filter((entry) => entry.kind === 'host');
  const logins = allow.filter((entry) => entry.kind === 'login');
  const needsLogin = allow.some(({ kind }) => kind !== 'host');
  const blocks = blockList(hosts);
  return ({ remoteAddress, authorization }) => {
    if (allow.length === 0) return 'forbidden';
    if (hosts.length > 0 && remoteAddress !== undefined && !isAllowed(blocks, remoteAddress)) return 'forbidden';
    if (!needsLogin) return readOnly ? 'read-only' : 'full';
    const login = logins.find((candidate) => matches(candidate, authorization));
    if (login === undefined) return 'unknown';
    return readOnly || login.readOnly ? 'read-only' : 'full';
  };
}

function blockList(hosts: readonly Extract<HttpdAllow, { kind: 'host' }>[]): BlockList {
  const list = new BlockList();
  for (const { address } of hosts) {
    const [host = '', mask] = address.split('/');
    const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
    if (host === 'localhost') {
      list.addSubnet('127.0.0.0', 8, 'ipv4');
      list.addAddress('::1', 'ipv6');
    } else if (isIP(host) === 0) continue;
    else if (mask === undefined) list.addAddress(host, family);
    else list.addSubnet(host, prefixLength(mask), family);
  }
  return list;
}

// A mask is a number of bits, or an address such as 255.255.255.0.
function prefixLength(mask: string): number {
  if (!mask.includes('.')) return Number(mask);
  const bits = mask.split('.').map((part) => Number(part).toString(2).padStart(8, '0'));
  return bits.join('').replace(/0+$/, '').length;
}

function isAllowed(list: BlockList, remoteAddress: string): boolean {
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function matches(login: Extract<HttpdAllow, { kind: 'login' }>, authorization: string | undefined): boolean {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return false;
  const given = Buffer.from(encoded, 'base64');
  const wanted = Buffer.from(`${login.user}:${login.password}`);
  // Equal lengths are needed to compare; comparing with itself costs the same time.
  return given.length === wanted.length ? timingSafeEqual(given, wanted) : !timingSafeEqual(wanted, wanted);
}
