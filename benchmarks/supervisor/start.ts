/**
 * Launch → first instruction of the last of 100 and of 500 services, nothing captured to files.
 *
 *   npx node benchmarks/supervisor/start.ts [--counts 100,500] [--rounds 3] [--with-pm2] [--json]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from './contenders/index.ts';
import { print } from './harness/report.ts';
import { interleave } from './harness/rounds.ts';
import { readSettings } from './harness/settings.ts';
import { Stage } from './harness/stage.ts';
import { median } from './harness/statistics.ts';

/** A contender that has just started may not listen to signals yet. */
const CALM_MS = 300;

const settings = readSettings({ rounds: 3, counts: [100, 500] });
const all = contenders(settings);
await using stage = new Stage(settings);

for (const contender of all) await timeStart(contender, 1);
for (const count of settings.counts) {
  const times = await interleave(all, { rounds: settings.rounds, measure: (contender) => timeStart(contender, count) });
  const rows = [...times].map(([name, ms]) => ({
    name,
    figures: { 'median ms': median(ms), 'best ms': Math.min(...ms) },
  }));
  print(
    { figure: `start of ${count} services`, goal: 'ahead of s6 and daemontools', ratioOf: 'best ms', rows },
    settings,
  );
}

async function timeStart(contender: (typeof all)[number], count: number): Promise<number> {
  const fleet = stage.fleet(contender, { count, mode: ['quiet'], isLogged: false });
  const begin = fleet.launch();
  const end = await fleet.up();
  await sleep(CALM_MS);
  await fleet.end();
  return end - begin;
}
