import { quote } from '../net/dialogue.ts';
import { ProbeFailure } from '../result.ts';

/** What the server says first (protocol version 10). */
export interface Greeting {
  readonly version: string;
  /** The random bytes that the password's proof is made with. */
  readonly salt: Buffer;
  readonly takesTls: boolean;
}

const CLIENT_SSL = 0x800;

/** Reads the greeting; an error in its place (too many connections, host blocked) fails with the server's words. */
export function parseGreeting(body: Buffer): Greeting {
  if (body[0] === 0xff) throw new ProbeFailure(`mysql refuses connections: ${parseError(body)}`);
  const versionEnd = body.indexOf(0, 1);
  if (body[0] !== 10 || versionEnd === -1) throw new ProbeFailure(`this is not mysql: it greets with ${quote(body)}`);
  const version = body.toString('latin1', 1, versionEnd);
  // After the version: thread id (4), salt (8), filler (1), capabilities (2), charset (1), status (2),
  // capabilities (2), salt length (1), reserved (10), rest of the salt.
  const start = versionEnd + 5;
  const rest = start + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10;
  const capabilities = body.length < start + 11 ? 0 : body.readUInt16LE(start + 9);
  return {
    version,
    salt: Buffer.concat([body.subarray(start, start + 8), body.subarray(rest, rest + 12)]),
    takesTls: (capabilities & CLIENT_SSL) !== 0,
  };
}

/** Reads a request to go on with another authentication plugin. */
export function parseSwitch(body: Buffer): { plugin: string; salt: Buffer } {
  const end = body.indexOf(0, 1);
  if (end === -1) return { plugin: 'mysql_old_password', salt: Buffer.alloc(0) };
  return { plugin: body.toString('latin1', 1, end), salt: body.subarray(end + 1, end + 21) };
}

/** The text of an error packet: "1045 Access denied …". */
export function parseError(body: Buffer): string {
  if (body[0] !== 0xff || body.length < 3) return `it answers ${quote(body)}`;
  const text = body.toString('utf8', 3);
  return `${body.readUInt16LE(1)} ${(text.startsWith('#') ? text.slice(6) : text).slice(0, 200)}`;
}
