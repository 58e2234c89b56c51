import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { type Dialogue, quote } from '../net/dialogue.ts';
import { table } from '../options/table.ts';
import { ProbeFailure } from '../result.ts';
import { describeServer, serverEntries, type ServerDescription } from './target.ts';

/** The greeting and LOGOUT. */
export const imap: ProbeDefinition<'imap', ServerDescription> = defineProbe({
  name: 'imap',
  short: 'address',
  options: table(serverEntries(143)),
  describe: describeServer('imap'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      const greeting = await dialogue.line('the greeting');
      if (!/^\* (?:OK|PREAUTH)\b/i.test(greeting)) throw new ProbeFailure(`the server greets with ${quote(greeting)}`);
      dialogue.send('t1 LOGOUT\r\n');
      await answerTo(dialogue, 't1');
      return { message: greeting.slice(2).slice(0, 120) };
    }),
});

async function answerTo(dialogue: Dialogue, tag: string): Promise<void> {
  for (;;) {
    const line = await dialogue.line('the answer to LOGOUT');
    if (line.startsWith('* ')) continue;
    if (line.startsWith(`${tag} OK`)) return;
    throw new ProbeFailure(`the server answers LOGOUT with ${quote(line)}`);
  }
}
