/**
 * `tappet logs` in old, compressed logs beside `zcat | grep` on the same files, in turns: seconds, and the most memory that the whole
 * command ever held (GNU time). Goals: half of the speed of `zcat | grep` or more, 60 MB or less.
 *
 *   npx node benchmarks/logrotate/reading.ts [--gb 1] [--rounds 3]
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { node } from '../supervisor/contenders/node.ts';
import { print } from '../supervisor/harness/report.ts';
import { median } from '../supervisor/harness/statistics.ts';

const { values } = parseArgs({
  options: { gb: { type: 'string', default: '1' }, rounds: { type: 'string', default: '3' } },
});
const FILE_BYTES = 50_000_000;
const HOUR_MS = 3_600_000;
const files = Math.round((Number(values.gb) * 1e9) / FILE_BYTES);
const bin = join(import.meta.dirname, '../../packages/cli/dist/bin.cjs');
const folder = mkdtempSync('/var/tmp/tb-reading-');
const logs = join(folder, 'log');
const env = { ...process.env, TAPPET_RUNTIME_DIR: join(folder, 'run'), LC_ALL: 'C' };
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

writeConfig();
console.error(`writing ${files} old logs of 50 MB`);
for (let number = files; number > 0; number--) writeArchive(number);
const daemon = spawn(node, [bin, 'up', '--config', join(folder, 'services.toml')], { env, stdio: 'ignore' });
try {
  while (spawnSync(node, [bin, 'status'], { env, cwd: folder, stdio: 'ignore' }).status !== 0) await pause(50);
  compare('a text that is there', { ours: ['--grep', 'timeout ERROR'], grep: ['timeout ERROR'] });
  compare('a text that is not there', { ours: ['--grep', 'no such text'], grep: ['no such text'] });
  compare('an expression', { ours: ['--grep', 'id=z[0-9]{3}.*ERROR'], grep: ['-E', 'id=z[0-9]{3}.*ERROR'] });
  compare('the last 3 hours', { ours: ['--since', '3h'], grep: undefined });
} finally {
  daemon.kill('SIGTERM');
  await new Promise((resolve) => daemon.once('close', resolve));
}

function compare(what: string, { ours, grep }: { ours: readonly string[]; grep: readonly string[] | undefined }): void {
  const words: [string, readonly string[]][] = [['tappet', [node, bin, 'logs', 'web', ...ours]]];
  if (grep !== undefined) {
    words.push(['zcat | grep', ['/bin/sh', '-c', `zcat ${logs}/*.gz | grep "$@"`, 'sh', ...grep]]);
  }
  const runs = new Map<string, { seconds: number; mb: number; lines: number }[]>(words.map(([name]) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, command] of words) runs.get(name)?.push(run(command));
  }
  const rows = [...runs].map(([name, all]) => ({
    name,
    figures: {
      seconds: median(all.map(({ seconds }) => seconds)),
      'best s': Math.min(...all.map(({ seconds }) => seconds)),
      'peak MB': Math.max(...all.map(({ mb }) => mb)),
      lines: all[0]?.lines ?? 0,
    },
  }));
  print(
    {
      figure: `${what} in ${files * 50} MB of old logs`,
      goal: '<= 60 MB, <= 2 x zcat | grep',
      ratioOf: 'seconds',
      rows,
    },
    { isJson: false },
  );
}

/** Seconds, the largest process of it, and the lines it said. */
function run(command: readonly string[]): { seconds: number; mb: number; lines: number } {
  const output = openSync(join(folder, 'output'), 'w');
  const report = join(folder, 'time');
  const begin = performance.now();
  spawnSync('/usr/bin/time', ['-f', '%M', '-o', report, ...command], {
    env,
    cwd: folder,
    stdio: ['ignore', output, 2],
  });
  const seconds = (performance.now() - begin) / 1000;
  closeSync(output);
  const lines = Number(
    execFileSync('wc', ['-l', join(folder, 'output')])
      .toString()
      .split(' ')[0],
  );
  return { seconds, mb: Number(readFileSync(report, 'utf8').trim().split('\n').at(-1)) / 1024, lines };
}

function writeConfig(): void {
  mkdirSync(logs, { recursive: true });
  writeFileSync(
    join(folder, 'services.toml'),
    `[plugins.logrotate]\ndirectory = "${logs}"\n[[services]]\nname = "web"\ncommand = "sleep"\nargs = ["infinity"]\n` +
      `[services.logrotate]\nsize = "50M"\nrotate = ${files + 1}\n`,
  );
}

/** An hour of lines with times, words and numbers, as old as its number in hours. */
function writeArchive(number: number): void {
  const beginMs = Date.now() - number * HOUR_MS;
  const count = FILE_BYTES / 100;
  const lines: string[] = [];
  for (let index = 0; index < count; index++) {
    const time = new Date(beginMs + (index * HOUR_MS) / count).toISOString();
    const id = ((index * 2_654_435_761) >>> 0).toString(36);
    const what = index % 1000 === 7 ? 'timeout ERROR' : 'request INFO';
    lines.push(
      `${time} id=${id} ${what} path=/items/${(index * 7919) % 100_003} bytes=${index % 9973}`.padEnd(99, '.'),
    );
  }
  const path = join(logs, `web.log.${number}.gz`);
  writeFileSync(path, gzipSync(`${lines.join('\n')}\n`));
  const endS = (beginMs + HOUR_MS) / 1000;
  utimesSync(path, endS, endS);
}
