import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { quote } from '../net/dialogue.ts';
import { table, text } from '../options/table.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';
import { describeServer, serverEntries, type ServerDescription } from './target.ts';

/** The options of `mqtt`. */
export interface MqttDescription extends ServerDescription {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

const REASONS = [
  '',
  'the protocol version',
  'the client id',
  'service: it is unavailable',
  'the user or password',
  'this client',
];

/**
 * CONNECT and its CONNACK (MQTT 3.1.1), then DISCONNECT. A broker that refuses strangers passes when no user is given,
 * since it answers.
 */
export const mqtt: ProbeDefinition<'mqtt', MqttDescription> = defineProbe({
  name: 'mqtt',
  short: 'address',
  options: v.pipe(
    table({ ...serverEntries(1883), user: v.optional(text), password: v.optional(text) }),
    v.check(({ user, password }) => password === undefined || user !== undefined, 'has a password, but no user'),
  ),
  describe: describeServer('mqtt'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      dialogue.send(connectPacket(description));
      const answer = await dialogue.bytes(4, 'the CONNACK');
      if (answer[0] !== 0x20 || answer[1] !== 2)
        throw new ProbeFailure(`this is not mqtt: it answers ${quote(answer)}`);
      const finding = judge(answer[3] ?? 0, description);
      dialogue.send(Buffer.of(0xe0, 0));
      return finding;
    }),
});

function judge(code: number, { user }: MqttDescription): ProbeFinding {
  if (code === 0) return { message: 'connected' };
  if (code >= 4 && user === undefined) return { message: 'answers, asks for a user' };
  throw new ProbeFailure(`the broker refuses ${REASONS[code] ?? `with code ${code}`}`, { code });
}

function connectPacket({ user, password }: MqttDescription): Buffer {
  const flags = 0x02 | (user === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const payload = [`tappet-${randomBytes(4).toString('hex')}`, user, password]
    .filter((field) => field !== undefined)
    .map(field);
  const body = Buffer.concat([field('MQTT'), Buffer.of(4, flags, 0, 10), ...payload]);
  return Buffer.concat([Buffer.of(0x10, ...remainingLength(body.length)), body]);
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(2);
  head.writeUInt16BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

function remainingLength(length: number): number[] {
  return length < 128 ? [length] : [(length % 128) | 128, ...remainingLength(Math.floor(length / 128))];
}
