import { defineProbe, type ProbeDefinition } from '../definition.ts';
import { converse } from '../net/converse.ts';
import { type Dialogue, quote } from '../net/dialogue.ts';
import { table } from '../options/table.ts';
import { ProbeFailure } from '../result.ts';
import { describeServer, serverEntries, type ServerDescription } from './target.ts';

const MOST_LINES_BEFORE = 50;

/** The identification string (RFC 4253, 4.2), which other lines may precede. */
export const ssh: ProbeDefinition<'ssh', ServerDescription> = defineProbe({
  name: 'ssh',
  short: 'address',
  options: table(serverEntries(22)),
  describe: describeServer('ssh'),
  attempt: (description, io) =>
    converse(description, io, async (dialogue) => {
      const identification = await readIdentification(dialogue);
      dialogue.send('SSH-2.0-tappet\r\n');
      return { message: identification };
    }),
});

async function readIdentification(dialogue: Dialogue): Promise<string> {
  let line = '';
  for (let count = 0; count <= MOST_LINES_BEFORE; count++) {
    line = await dialogue.line('the identification');
    if (line.startsWith('SSH-2.0-') || line.startsWith('SSH-1.99-')) return line;
    if (line.startsWith('SSH-')) break;
  }
  throw new ProbeFailure(`this is not ssh 2: it answers ${quote(line)}`);
}
