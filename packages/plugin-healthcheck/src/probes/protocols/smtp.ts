import * as v from 'valibot';
import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import type { Dialogue } from '../net/dialogue.ts';
import { table, text } from '../options/table.ts';
import { expectReply } from './reply-lines.ts';
import { describeServer, startTlsEntries, type ServerDescription } from './target.ts';

/** The options of `smtp`. */
export interface SmtpDescription extends ServerDescription {
  /** The name to say hello with. */
  readonly helo: string;
}

/** The greeting, EHLO, STARTTLS and EHLO again where it is asked for (RFC 3207), and QUIT. */
export const smtp: ProbeDefinition<'smtp', SmtpDescription> = defineProbe({
  name: 'smtp',
  short: 'address',
  options: table({
    ...startTlsEntries(25),
    helo: v.optional(v.pipe(text, v.regex(/^[\w.:[\]-]+$/, 'must be a host name')), 'localhost'),
  }),
  describe: describeServer('smtp'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      const greeting = await expectReply(dialogue, { code: 220, what: 'the greeting' });
      await sayHello(dialogue, description);
      if (description.tls?.starttls === true) {
        dialogue.send('STARTTLS\r\n');
        await expectReply(dialogue, { code: 220, what: 'the answer to STARTTLS' });
        await dialogue.secure(description.tls);
        await sayHello(dialogue, description);
      }
      dialogue.send('QUIT\r\n');
      await expectReply(dialogue, { code: 221, what: 'the answer to QUIT' });
      return { message: greeting.text };
    }),
});

async function sayHello(dialogue: Dialogue, { helo }: SmtpDescription): Promise<void> {
  dialogue.send(`EHLO ${helo}\r\n`);
  await expectReply(dialogue, { code: 250, what: 'the answer to EHLO' });
}
