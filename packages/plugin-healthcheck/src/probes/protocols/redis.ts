import * as v from 'valibot';
import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { type Dialogue, quote } from '../net/dialogue.ts';
import { table, text } from '../options/table.ts';
import { ProbeFailure, type ProbeFinding } from '../result.ts';
import { describeServer, serverEntries, type ServerDescription } from './target.ts';

/** The options of `redis`. */
export interface RedisDescription extends ServerDescription {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * PING. A server that loads its data set fails; one that asks for a password passes when none is given, since it takes
 * requests.
 */
export const redis: ProbeDefinition<'redis', RedisDescription> = defineProbe({
  name: 'redis',
  short: 'address',
  options: table({ ...serverEntries(6379), user: v.optional(text), password: v.optional(text) }),
  describe: describeServer('redis'),
  attempt: (description, io) => converse(description, io, (dialogue) => ping(description, dialogue)),
});

async function ping({ user, password }: RedisDescription, dialogue: Dialogue): Promise<ProbeFinding> {
  if (password !== undefined) {
    dialogue.send(command(['AUTH', ...(user === undefined ? [] : [user]), password]));
    const answer = await dialogue.line('the answer to AUTH');
    if (answer !== '+OK') throw new ProbeFailure(`redis refuses the password: ${quote(answer)}`);
  }
  dialogue.send(command(['PING']));
  const answer = await dialogue.line('the answer to PING');
  if (answer === '+PONG') return { message: 'PONG' };
  if (answer.startsWith('-NOAUTH') && password === undefined) return { message: 'answers, asks for a password' };
  throw new ProbeFailure(`redis answers PING with ${quote(answer)}`);
}

function command(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
