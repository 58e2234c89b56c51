import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { table } from '../options/table.ts';
import { expectReply } from './reply-lines.ts';
import { describeServer, serverEntries, type ServerDescription } from './target.ts';

/** The greeting and QUIT. */
export const ftp: ProbeDefinition<'ftp', ServerDescription> = defineProbe({
  name: 'ftp',
  short: 'address',
  options: table(serverEntries(21)),
  describe: describeServer('ftp'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      const greeting = await expectReply(dialogue, { code: 220, what: 'the greeting' });
      dialogue.send('QUIT\r\n');
      await expectReply(dialogue, { code: 221, what: 'the answer to QUIT' });
      return { message: greeting.text };
    }),
});
