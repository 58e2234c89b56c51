import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { table } from '../options/table.ts';
import { expectReply } from './reply-lines.ts';
import { describeServer, startTlsEntries, type ServerDescription } from './target.ts';

/** The greeting, AUTH TLS where it is asked for (RFC 4217), and QUIT. */
export const ftp: ProbeDefinition<'ftp', ServerDescription> = defineProbe({
  name: 'ftp',
  short: 'address',
  options: table(startTlsEntries(21)),
  describe: describeServer('ftp'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      const greeting = await expectReply(dialogue, { code: 220, what: 'the greeting' });
      if (description.tls?.starttls === true) {
        dialogue.send('AUTH TLS\r\n');
        await expectReply(dialogue, { code: 234, what: 'the answer to AUTH TLS' });
        await dialogue.secure(description.tls);
      }
      dialogue.send('QUIT\r\n');
      await expectReply(dialogue, { code: 221, what: 'the answer to QUIT' });
      return { message: greeting.text };
    }),
});
