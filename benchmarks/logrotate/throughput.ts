/**
 * Services write 100-byte lines at full speed, 1 GB in all, into logs that are rotated at 50 MB with 5 old ones kept: MB/s,
 * processor time of supervisor and loggers for a GB, the largest size of one of them.
 *
 *   npx node benchmarks/logrotate/throughput.ts [--rounds 3] [--counts 1,20] [--only a,b] [--with-pm2] [--json]
 *
 * PM2 rotates only with a module of its own that looks every 30 s, so it takes part without: its file grows.
 */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pm2 } from '../supervisor/contenders/pm2.ts';
import type { Contender } from '../supervisor/harness/contender.ts';
import { peakMb, usageOf } from '../supervisor/harness/processes.ts';
import { print } from '../supervisor/harness/report.ts';
import { interleave } from '../supervisor/harness/rounds.ts';
import { readSettings } from '../supervisor/harness/settings.ts';
import { Stage } from '../supervisor/harness/stage.ts';
import { median } from '../supervisor/harness/statistics.ts';
import { logrotate, piped, rotatingSupervisord, unrotated } from './contenders.ts';

const GB = 1_000_000_000;
const SIZE = 'size = 50000000\nrotate = 5\n';
/** These need long for a GB: a fifth of it. */
const SLOW = new Set(['s6-log', 's6-log T', 'svlogd', 'pm2']);

const settings = readSettings({ rounds: 3, counts: [1] });
const { only, without } = settings;
const everyone: readonly Contender[] = [
  logrotate('tappet', `${SIZE}compress = false`),
  logrotate('tappet gzip', `${SIZE}compress = true`),
  logrotate('tappet timestamps', `${SIZE}compress = false\ntimestamps = true`),
  unrotated,
  rotatingSupervisord,
  piped('s6-log', 's6-log', (folder) => `s6-log n5 s50000000 ${folder}`),
  piped('s6-log T', 's6-log', (folder) => `s6-log n5 s50000000 T ${folder}`),
  piped('svlogd', 'svlogd', (folder) => `svlogd ${folder}`),
  ...(settings.withPm2 ? [pm2(settings.pm2)] : []),
];

await using stage = new Stage(settings);
const contenders = everyone.filter(({ name, missing }) => {
  if (without.includes(name) || (only !== undefined && !only.includes(name))) return false;
  const reason = missing();
  if (reason !== undefined) console.error(`${name} does not take part: ${reason}`);
  return reason === undefined;
});
for (const count of settings.counts) {
  const runs = await interleave(contenders, {
    rounds: settings.rounds,
    once: [...SLOW],
    measure: (contender) => flood(contender, count),
  });
  const rows = [...runs].map(([name, results]) => ({
    name,
    figures: {
      'MB/s': median(results.map(({ mbPerS }) => mbPerS)),
      'best MB/s': Math.max(...results.map(({ mbPerS }) => mbPerS)),
      'CPU s/GB': median(results.map(({ cpuSPerGb }) => cpuSPerGb)),
      'peak RSS MB': median(results.map(({ peak }) => peak)),
    },
  }));
  const figure = `${count} ${count === 1 ? 'service' : 'services'} at full speed, rotated at 50 MB`;
  print({ figure, goal: 'ahead of supervisord, s6-log, svlogd, pm2', ratioOf: 'MB/s', rows }, settings);
}

async function flood(
  contender: Contender,
  count: number,
): Promise<{ mbPerS: number; cpuSPerGb: number; peak: number }> {
  const bytes = Math.floor((SLOW.has(contender.name) ? GB / 5 : GB) / count);
  const fleet = stage.fleet(contender, { count, mode: ['flood', String(bytes)], isLogged: true });
  fleet.launch();
  const begin = await fleet.up();
  const before = usageOf(fleet.supervisors());
  const ends = await fleet.marks.until('F', (marks) => marks.length >= count, { everyMs: 20 });
  const end = Math.max(...ends.map(({ atMs }) => atMs));
  const supervisors = fleet.supervisors();
  const figures = {
    mbPerS: (bytes * count) / 1e6 / ((end - begin) / 1000),
    cpuSPerGb: ((usageOf(supervisors).cpuMs - before.cpuMs) / 1000) * (GB / (bytes * count)),
    peak: peakMb(supervisors),
  };
  await fleet.end();
  for (const { log } of fleet.services) if (log !== null) rmSync(dirname(log), { recursive: true, force: true });
  return figures;
}
