import * as v from 'valibot';
import { type Dialogue, quote } from './net/dialogue.ts';
import { patternOption } from './options/pattern.ts';
import { table, text } from './options/table.ts';
import { compilePattern } from './pattern/pattern.ts';
import type { ProbeFinding } from './result.ts';

/** One step of a dialogue: text to send, text to wait for, or a pattern to wait for. Exactly one of them. */
export interface DialogueStep {
  readonly send?: string | undefined;
  readonly expect?: string | undefined;
  readonly matches?: string | undefined;
}

/** A dialogue: `send` first, then `expect` or `matches`, then `steps` in their order. */
export interface DialogueOptions extends DialogueStep {
  readonly steps?: readonly DialogueStep[] | undefined;
}

const stepEntries = { send: v.optional(text), expect: v.optional(text), matches: v.optional(patternOption) };

const step: v.GenericSchema<unknown, DialogueStep> = v.pipe(
  table(stepEntries),
  v.check(
    ({ send, expect, matches }) => [send, expect, matches].filter((part) => part !== undefined).length === 1,
    'must hold one of send, expect, matches',
  ),
);

/** The options of a dialogue, to be spread into a probe's table. Text is UTF-8; `\xNN` and `\0` stand for bytes. */
export const dialogueEntries: {
  readonly send: v.OptionalSchema<v.GenericSchema<string>, undefined>;
  readonly expect: v.OptionalSchema<v.GenericSchema<string>, undefined>;
  readonly matches: v.OptionalSchema<v.GenericSchema<unknown, string>, undefined>;
  readonly steps: v.OptionalSchema<v.GenericSchema<unknown, DialogueStep[]>, undefined>;
} = { ...stepEntries, steps: v.optional(v.array(step, 'must be a list of steps')) };

/** Says and hears what the options ask for. Each expectation consumes what has arrived up to its match. */
export async function playDialogue(options: DialogueOptions, dialogue: Dialogue): Promise<ProbeFinding> {
  const { send, expect, matches, steps = [] } = options;
  const all = [{ send }, { expect }, { matches }, ...steps];
  let heard = false;
  for (const one of all) {
    if (one.send !== undefined) dialogue.send(unescape(one.send));
    if (one.expect !== undefined) await hear(dialogue, unescape(one.expect));
    if (one.matches !== undefined) await hearPattern(dialogue, one.matches);
    heard ||= one.expect !== undefined || one.matches !== undefined;
  }
  return { message: heard ? 'answered as expected' : 'connected' };
}

async function hear(dialogue: Dialogue, wanted: Buffer): Promise<void> {
  await dialogue.until((received) => {
    const at = received.indexOf(wanted);
    return at === -1 ? undefined : at + wanted.length;
  }, quote(wanted));
}

async function hearPattern(dialogue: Dialogue, source: string): Promise<void> {
  const pattern = compilePattern(source);
  await dialogue.until(
    (received) => (pattern.test(received.toString('utf8')) ? received.length : undefined),
    `text that matches ${JSON.stringify(source)}`,
  );
}

function unescape(text: string): Buffer {
  const parts = text.split(/\\(x[0-9a-fA-F]{2}|0)/);
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 0 ? Buffer.from(part) : Buffer.of(part === '0' ? 0 : Number(`0${part}`)),
    ),
  );
}
