import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import type { Dialogue } from '../net/dialogue.ts';
import { table, text } from '../options/table.ts';
import type { TlsOptions } from '../options/tls.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';
import { type Greeting, parseError, parseGreeting, parseSwitch } from './mysql-packets.ts';
import { describeServer, serverEntries, type ServerDescription } from './target.ts';

/** The options of `mysql`. */
export interface MysqlDescription extends ServerDescription {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

const NATIVE = 'mysql_native_password';
// LONG_PASSWORD, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH
const CAPABILITIES = 0x1 | 0x200 | 0x8000 | 0x80000;
const CLIENT_SSL = 0x800;
const UTF8 = 33;

/**
 * The server's greeting and a login. Without `user` any reply to the login will do: a connection that is dropped after the
 * greeting would count towards `max_connect_errors` and block this host in the end. With `user` the login must
 * succeed (accounts with mysql_native_password, or without a password) and a ping must be answered. TLS begins after the
 * greeting, which is the only way that servers know.
 */
export const mysql: ProbeDefinition<'mysql', MysqlDescription> = defineProbe({
  name: 'mysql',
  short: 'address',
  options: table({ ...serverEntries(3306), user: v.optional(text), password: v.optional(text) }),
  describe: describeServer('mysql'),
  attempt: ({ address, tls, ...login }, io) =>
    converse({ address, tls, isPlainFirst: true }, io, async (dialogue) => {
      const greeting = parseGreeting((await packet(dialogue, 'the greeting')).body);
      if (tls !== undefined) await startTls(tls, { greeting, dialogue });
      return logIn(login, { greeting, dialogue, isSecure: tls !== undefined });
    }),
});

async function startTls(
  tls: TlsOptions,
  { greeting, dialogue }: { greeting: Greeting; dialogue: Dialogue },
): Promise<void> {
  if (!greeting.takesTls) throw new ProbeFailure('the server does not take TLS', { version: greeting.version });
  dialogue.send(frame(1, requestHead(CAPABILITIES | CLIENT_SSL)));
  await dialogue.secure(tls);
}

async function logIn(
  { user, password = '' }: Pick<MysqlDescription, 'user' | 'password'>,
  { greeting, dialogue, isSecure }: { greeting: Greeting; dialogue: Dialogue; isSecure: boolean },
): Promise<ProbeFinding> {
  const detail = { version: greeting.version };
  const proof = scramble(password, greeting.salt);
  const request = Buffer.concat([
    requestHead(isSecure ? CAPABILITIES | CLIENT_SSL : CAPABILITIES),
    Buffer.from(`${user ?? 'tappet-probe'}\0`),
    Buffer.of(proof.length),
    proof,
    Buffer.from(`${NATIVE}\0`),
  ]);
  dialogue.send(frame(isSecure ? 2 : 1, request));
  let { sequence, body } = await packet(dialogue, 'the answer to the login');
  if (user === undefined) return { message: `version ${greeting.version}`, detail };
  if (body[0] === 0xfe) {
    const asked = parseSwitch(body);
    if (asked.plugin !== NATIVE && password !== '') {
      throw new ProbeFailure(`the account of ${user} asks for ${asked.plugin}, this probe knows ${NATIVE}`, detail);
    }
    dialogue.send(frame(sequence + 1, scramble(password, asked.salt)));
    ({ sequence, body } = await packet(dialogue, 'the answer to the login'));
  }
  if (body[0] !== 0) throw new ProbeFailure(`the login of ${user} failed: ${parseError(body)}`, detail);
  dialogue.send(frame(0, Buffer.of(0x0e)));
  const pong = await packet(dialogue, 'the answer to the ping');
  dialogue.send(frame(0, Buffer.of(0x01)));
  if (pong.body[0] !== 0) throw new ProbeFailure(`the ping failed: ${parseError(pong.body)}`, detail);
  return { message: `version ${greeting.version}, logged in`, detail };
}

async function packet(dialogue: Dialogue, what: string): Promise<{ sequence: number; body: Buffer }> {
  const head = await dialogue.bytes(4, what);
  const length = head.readUIntLE(0, 3);
  if (length === 0 || length > 16_384)
    throw new ProbeFailure(`this is not mysql: it begins with a packet of ${length} bytes`);
  return { sequence: head[3] ?? 0, body: await dialogue.bytes(length, what) };
}

function frame(sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence & 0xff;
  return Buffer.concat([head, body]);
}

/** What both the request for TLS and that for the login begin with. */
function requestHead(capabilities: number): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(capabilities, 0);
  head.writeUInt32LE(0x10000, 4);
  head[8] = UTF8;
  return head;
}

/** The proof of mysql_native_password: SHA1(password) xor SHA1(salt + SHA1(SHA1(password))). */
function scramble(password: string, salt: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  const once = sha1(Buffer.from(password));
  const mask = sha1(Buffer.concat([salt.subarray(0, 20), sha1(once)]));
  return Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

function sha1(data: Buffer): Buffer {
  return createHash('sha1').update(data).digest();
}
