import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { type Dialogue, quote } from '../net/dialogue.ts';
import { table } from '../options/table.ts';
import { ProbeFailure } from '../result.ts';
import { describeServer, startTlsEntries, type ServerDescription } from './target.ts';

/** The greeting, STLS where TLS is to begin inside the connection (RFC 2595), and QUIT. */
export const pop3: ProbeDefinition<'pop3', ServerDescription> = defineProbe({
  name: 'pop3',
  short: 'address',
  options: table(startTlsEntries(110)),
  describe: describeServer('pop3'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      const greeting = await okLine(dialogue, 'the greeting');
      if (description.tls?.starttls === true) {
        dialogue.send('STLS\r\n');
        await okLine(dialogue, 'the answer to STLS');
        await dialogue.secure(description.tls);
      }
      dialogue.send('QUIT\r\n');
      await okLine(dialogue, 'the answer to QUIT');
      return { message: greeting.slice(0, 120) };
    }),
});

async function okLine(dialogue: Dialogue, what: string): Promise<string> {
  const line = await dialogue.line(what);
  if (/^\+OK\b/.test(line)) return line;
  throw new ProbeFailure(`the server answers ${quote(line)} where ${what} was expected`);
}
