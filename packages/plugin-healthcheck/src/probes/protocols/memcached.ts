import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { quote } from '../net/dialogue.ts';
import { table } from '../options/table.ts';
import { ProbeFailure } from '../result.ts';
import { describeServer, serverEntries, type ServerDescription } from './target.ts';

/** Asks for the version in the text protocol. */
export const memcached: ProbeDefinition<'memcached', ServerDescription> = defineProbe({
  name: 'memcached',
  short: 'address',
  options: table(serverEntries(11_211)),
  describe: describeServer('memcached'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      dialogue.send('version\r\n');
      const answer = await dialogue.line('the version');
      if (!answer.startsWith('VERSION ')) throw new ProbeFailure(`this is not memcached: it answers ${quote(answer)}`);
      return { message: answer, detail: { version: answer.slice(8) } };
    }),
});
