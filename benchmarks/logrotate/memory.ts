/**
 * The most memory that the supervisor holds over what it has idle, while one service writes at full speed: lines, bytes of every
 * value, one line of 10 MB. Every byte of the logs is compared with what was written. Goal: 20 MB or less.
 *
 *   npx node benchmarks/logrotate/memory.ts [--rounds 2]
 */
import { parseArgs } from 'node:util';
import { floodMemory } from '../../test/e2e/logrotate/memory-bench.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '2' } } });
const size = 'size = "50M"';
const cases = [
  { name: '500 MB of lines', kind: 'lines', bytes: 500_000_000, words: size },
  { name: '500 MB of any bytes', kind: 'binary', bytes: 500_000_000, words: size },
  { name: 'one line of 10 MB', kind: 'one line', bytes: 10_000_000, words: size },
  {
    name: 'one line of 10 MB, rotated at 1 MB',
    kind: 'one line',
    bytes: 10_000_000,
    words: 'size = "1M"',
  },
] as const;

console.log('| written | idle MB | peak MB | over idle | MB/s | files | bytes |\n|---|---|---|---|---|---|---|');
for (const { name, ...flood } of cases) {
  for (let round = 0; round < Number(values.rounds); round++) {
    const { idleMb, peakMb, seconds, files, firstWrong } = await floodMemory(flood);
    const exact = firstWrong === undefined ? 'exact' : `wrong from ${firstWrong}`;
    const figures = [idleMb, peakMb, peakMb - idleMb].map((mb) => mb.toFixed(1));
    console.log(`| ${[name, ...figures, (flood.bytes / 1e6 / seconds).toFixed(0), files, exact].join(' | ')} |`);
  }
}
