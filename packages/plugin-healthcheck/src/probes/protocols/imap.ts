import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { type Dialogue, quote } from '../net/dialogue.ts';
import { table } from '../options/table.ts';
import { ProbeFailure } from '../result.ts';
import { describeServer, startTlsEntries, type ServerDescription } from './target.ts';

/** The greeting, STARTTLS where it is asked for (RFC 3501, 6.2.1), and LOGOUT. */
export const imap: ProbeDefinition<'imap', ServerDescription> = defineProbe({
  name: 'imap',
  short: 'address',
  options: table(startTlsEntries(143)),
  describe: describeServer('imap'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      const greeting = await dialogue.line('the greeting');
      if (!/^\* (?:OK|PREAUTH)\b/i.test(greeting)) throw new ProbeFailure(`the server greets with ${quote(greeting)}`);
      if (description.tls?.starttls === true) {
        await command(dialogue, 't1 STARTTLS');
        await dialogue.secure(description.tls);
      }
      await command(dialogue, 't2 LOGOUT');
      return { message: greeting.slice(2).slice(0, 120) };
    }),
});

async function command(dialogue: Dialogue, command: string): Promise<void> {
  const [tag = '', name = ''] = command.split(' ');
  dialogue.send(`${command}\r\n`);
  for (;;) {
    const line = await dialogue.line(`the answer to ${name}`);
    if (line.startsWith('* ')) continue;
    if (line.startsWith(`${tag} OK`)) return;
    throw new ProbeFailure(`the server answers ${name} with ${quote(line)}`);
  }
}
