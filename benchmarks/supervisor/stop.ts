/**
 * The word to stop → end of the last of 100 services that obey at once, and of the supervisor itself.
 *
 *   npx node benchmarks/supervisor/stop.ts [--counts 100] [--rounds 3] [--with-pm2] [--json]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from './contenders/index.ts';
import type { Contender } from './harness/contender.ts';
import { print } from './harness/report.ts';
import { interleave } from './harness/rounds.ts';
import { readSettings } from './harness/settings.ts';
import { Stage } from './harness/stage.ts';
import { median } from './harness/statistics.ts';

/** supervisord takes up to half a minute: it has its turn once. */
const ONCE = ['supervisord'];
const CALM_MS = 500;

const settings = readSettings({ rounds: 3, counts: [100] });
const all = contenders(settings);
await using stage = new Stage(settings);

for (const count of settings.counts) {
  const measure = (contender: Contender): ReturnType<typeof timeStop> => timeStop(contender, count);
  const times = await interleave(all, { rounds: settings.rounds, once: ONCE, measure });
  const rows = [...times].map(([name, runs]) => ({
    name,
    figures: {
      'last service, median ms': median(runs.map(({ servicesMs }) => servicesMs)),
      'best ms': Math.min(...runs.map(({ servicesMs }) => servicesMs)),
      'supervisor gone, median ms': median(runs.map(({ supervisorMs }) => supervisorMs)),
    },
  }));
  print(
    { figure: `stop of ${count} obedient services`, goal: 'ahead of s6 and daemontools', ratioOf: 'best ms', rows },
    settings,
  );
}

async function timeStop(contender: Contender, count: number): Promise<{ servicesMs: number; supervisorMs: number }> {
  const fleet = stage.fleet(contender, { count, mode: ['quiet'], isLogged: false });
  fleet.launch();
  await fleet.up();
  await sleep(CALM_MS);
  const times = await fleet.stop();
  await fleet.kill();
  return times;
}
