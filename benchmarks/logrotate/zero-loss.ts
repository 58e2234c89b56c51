/**
 * 200,000 lines a second, a rotation each half second, 50 rotations, in every mode and with a supervisor that is killed: counts
 * what is lost, doubled, torn or out of order. Prints the table of docs/how-to/log-files.md.
 *
 *   npx node benchmarks/logrotate/zero-loss.ts [--seconds 27] [--kills 20]
 */
import { parseArgs } from 'node:util';
import type { Census } from '../../test/e2e/logrotate/flood.ts';
import { MODES, runFlood } from '../../test/e2e/logrotate/flood-bench.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '27' }, kills: { type: 'string', default: '20' } },
});
const count = Number(values.seconds) * 200_000;
const kills = Number(values.kills);

console.log('| mode | rotations | lines | lost | doubled | torn | out of order |\n|---|---|---|---|---|---|---|');
for (const [mode, words] of MODES) row(mode, await runFlood({ words, count }));
for (const [mode, words] of MODES.slice(0, 3)) {
  row(`${mode}, supervisor killed ${kills} times`, await runFlood({ words, count, kills }));
}

function row(name: string, { files, lines, lost, doubled, torn, disordered }: Census): void {
  console.log(`| ${[name, files - 1, lines, lost, doubled, torn, disordered].join(' | ')} |`);
}
