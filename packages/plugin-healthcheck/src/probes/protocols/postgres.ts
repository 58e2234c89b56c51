import * as v from 'valibot';
import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { type Dialogue, quote } from '../net/dialogue.ts';
import { table, text } from '../options/table.ts';
import type { TlsOptions } from '../options/tls.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';
import { describeServer, startTlsEntries, type ServerDescription } from './target.ts';

/** The options of `postgres`. */
export interface PostgresDescription extends ServerDescription {
  readonly user: string;
  readonly database?: string | undefined;
}

const PROTOCOL_3 = 196_608;
const SSL_REQUEST = Buffer.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f);
const CANNOT_CONNECT_NOW = '57P03';
const TOO_MANY_CONNECTIONS = '53300';

/**
 * Begins a session and looks at the first answer, as `pg_isready` does: a server that starts up, shuts down or has no
 * connection left fails; one that asks for a password, or does not know the role or the database, takes connections.
 * TLS is asked for inside the connection (SSLRequest), as every server since 7.1 knows it; with `starttls = false` it
 * begins with the first byte (PostgreSQL 17, or a proxy in front).
 */
export const postgres: ProbeDefinition<'postgres', PostgresDescription> = defineProbe({
  name: 'postgres',
  short: 'address',
  options: table({ ...startTlsEntries(5432), user: v.optional(text, 'postgres'), database: v.optional(text) }),
  describe: describeServer('postgres'),
  attempt(description, io) {
    const { address, tls } = description;
    const isPlainFirst = tls !== undefined && tls.starttls !== false;
    return converse({ address, tls, alpn: ['postgresql'], isPlainFirst }, io, async (dialogue) => {
      if (isPlainFirst) await startTls(tls, dialogue);
      return beginSession(description, dialogue);
    });
  },
});

async function startTls(tls: TlsOptions, dialogue: Dialogue): Promise<void> {
  dialogue.send(SSL_REQUEST);
  const answer = (await dialogue.bytes(1, 'the answer to SSLRequest')).toString('latin1');
  if (answer === 'N') throw new ProbeFailure('the server does not take TLS');
  if (answer !== 'S') throw new ProbeFailure(`this is not postgres: it answers ${quote(answer)}`);
  await dialogue.secure(tls);
}

async function beginSession({ user, database = user }: PostgresDescription, dialogue: Dialogue): Promise<ProbeFinding> {
  dialogue.send(startupMessage({ user, database, application_name: 'tappet' }));
  const head = await dialogue.bytes(5, 'the answer to the startup message');
  const type = String.fromCharCode(head[0] ?? 0);
  const length = head.readUInt32BE(1) - 4;
  if ((type !== 'R' && type !== 'E') || length < 4 || length > 30_000) {
    throw new ProbeFailure(`this is not postgres: it answers ${quote(head)}`);
  }
  const body = await dialogue.bytes(length, 'the rest of the answer');
  if (type === 'E') return judgeError(body);
  dialogue.send(Buffer.of(0x58, 0, 0, 0, 4));
  return { message: 'takes connections' };
}

function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = Buffer.from(`${pairs.join('')}\0`);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.writeUInt32BE(PROTOCOL_3, 4);
  return Buffer.concat([head, body]);
}

function judgeError(body: Buffer): ProbeFinding {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .filter(Boolean)
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  const code = fields.get('C') ?? '';
  const why = fields.get('M') ?? 'no reason given';
  if (code === CANNOT_CONNECT_NOW || code === TOO_MANY_CONNECTIONS || code === '')
    throw new ProbeFailure(`postgres: ${why}`, { code });
  return { message: `takes connections (${why})`, detail: { code } };
}
