import type { WhyReport } from '@tappet/core';
import type { Invocation } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { connectToDaemon } from '../find-daemon.ts';
import { clockTime } from '../output/clock-time.ts';
import { type Paint, paint } from '../output/color.ts';
import { columns } from '../output/columns.ts';
import { forTerminal } from '@tappet/core/runtime';

/** `tappet why NAME` */
export async function run({ args, options, io }: Invocation): Promise<number> {
  const client = await connectToDaemon(options, io);
  const report = await client.why(args[0] ?? '');
  if (options['json'] === true) io.out(`${JSON.stringify(report)}\n`);
  else io.out(forTerminal(whyText(report, paint(io.hasColors))));
  return EXIT.fine;
}

/** The answer as people read it: state and reason, what it waits for, what led here. */
export function whyText(report: WhyReport, paint: Paint): string {
  const { service, state, reason, waitingFor, notes, results, journal, blocksShutdown } = report;
  const lines = [`${paint.bold(service)} is ${paint.state(state, state)}${reason === null ? '' : `: ${reason}`}`];
  if (waitingFor.length > 0) lines.push(...list('It is waiting for:', waitingFor));
  if (notes.length > 0) lines.push(...list('What plugins say of it:', notes));
  if (results.length > 0) lines.push(...list('Last results:', results));
  if (blocksShutdown.length > 0) lines.push(...list('The shutdown is waiting for:', blocksShutdown));
  if (journal.length > 0) {
    const rows = journal.map(({ time, from, to, cause }) => [
      `  ${clockTime(time)}`,
      `${from} -> ${to}`,
      { text: cause, paint: paint.dim },
    ]);
    lines.push('', 'What happened, newest last:', ...columns(rows));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function list(title: string, items: readonly string[]): string[] {
  return [title, ...items.map((item) => `  ${item}`)];
}
