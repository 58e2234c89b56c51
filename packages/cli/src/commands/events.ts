import { type Invocation, textOption } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { connectToDaemon } from '../find-daemon.ts';
import { eventLine } from '../output/event-line.ts';
import { forTerminal } from '@tappet/core/runtime';
import { countOption } from './count-option.ts';

/** `tappet events`: the last ones, or with `-f` those that come after the last ten. */
export async function run({ options, io }: Invocation): Promise<number> {
  const follow = options['follow'] === true;
  const lines = countOption(textOption(options, 'lines'), 'lines') ?? (follow ? 10 : undefined);
  const client = await connectToDaemon(options, io);
  for await (const event of client.events({ follow, ...(lines === undefined ? {} : { recent: lines }) })) {
    if (options['json'] === true) io.out(`${JSON.stringify(event)}\n`);
    else if (event.type !== 'snapshot') io.out(forTerminal(`${eventLine(event)}\n`));
  }
  return EXIT.fine;
}
