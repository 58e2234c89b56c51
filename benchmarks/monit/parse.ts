/**
 * Parse and check of 1,000 services: what a user waits for `tappet monit check` beyond the start of Node, and the part of it that is
 * reading and checking.
 *
 *   npx node benchmarks/monit/parse.ts [--rounds 9] [--counts 1000] [--json]
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node } from '../supervisor/contenders/node.ts';
import { readSettings } from '../supervisor/harness/settings.ts';
import { median } from '../supervisor/harness/statistics.ts';
import { temporaryFolder } from './temporary-folder.ts';

const settings = readSettings({ rounds: 9, counts: [1000] });
const bin = join(settings.ours, 'packages/cli/dist/bin.cjs');
const library = join(settings.ours, 'packages/plugin-monit-compat/dist/library.js');

using folder = temporaryFolder();
const program = join(folder.path, 'read.mjs');
writeFileSync(
  program,
  `import { loadMonit } from ${JSON.stringify(library)};
const begin = performance.now();
const { accepted, configuration } = loadMonit(process.argv[2]);
if (!accepted) process.exit(1);
console.log(JSON.stringify({ ms: performance.now() - begin, services: configuration.services.length }));
`,
);
const rows = [];
for (const count of settings.counts) {
  const file = join(folder.path, `monitrc-${count}`);
  writeFileSync(file, Array.from({ length: count }, (_, index) => service(index)).join('\n'), { mode: 0o600 });
  const samples: { startMs: number; checkMs: number; readMs: number }[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    const startMs = timed(['-e', '0']).ms;
    const check = timed([bin, 'monit', 'check', file]);
    const read = timed([program, file]);
    samples.push({ startMs, checkMs: check.ms, readMs: JSON.parse(read.text).ms });
  }
  const over = samples.map(({ checkMs, startMs }) => checkMs - startMs);
  rows.push({
    services: count,
    'check over node, median ms': Math.round(median(over)),
    'best ms': Math.round(Math.min(...over)),
    'reading and checking, median ms': Math.round(median(samples.map(({ readMs }) => readMs))),
    'its best ms': Math.round(Math.min(...samples.map(({ readMs }) => readMs))),
    'node, median ms': Math.round(median(samples.map(({ startMs }) => startMs))),
  });
}
if (settings.isJson) console.log(JSON.stringify({ goal: 'at most 150 ms', rows }, undefined, 2));
else {
  console.log('parse and check    (goal: at most 150 ms)');
  console.table(rows);
}

function timed(args: readonly string[]): { ms: number; text: string } {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8', cwd: folder.path });
  const ms = performance.now() - begin;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return { ms, text: stdout };
}

/** A service as control files in the wild have them. */
function service(index: number): string {
  return `check process app${index} with pidfile /run/app${index}.pid
  start program = "/bin/true start ${index}" as uid root with timeout 20 seconds
  stop program = "/bin/true stop ${index}"
  group apps
  if cpu > 80% for 5 cycles then restart
  if memory > ${100 + index} MB for 3 cycles then alert
  if failed port ${1024 + index} protocol http request "/health" with timeout 5 seconds then restart
  if 3 restarts within 5 cycles then unmonitor
`;
}
