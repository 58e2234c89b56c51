/**
 * Wake-ups and processor time of the supervisor's own processes while 500 services do nothing, everybody in the same seconds.
 *
 *   npx node benchmarks/supervisor/idle.ts [--counts 500] [--with-pm2] [--json]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from './contenders/index.ts';
import { usageOf } from './harness/processes.ts';
import { print } from './harness/report.ts';
import { readSettings } from './harness/settings.ts';
import { Stage } from './harness/stage.ts';

const CALM_MS = 5000;
const WATCH_S = 15;

const settings = readSettings({ rounds: 1, counts: [500] });
await using stage = new Stage(settings);
const count = settings.counts[0] ?? 500;
const fleets = contenders(settings).map((contender) =>
  stage.fleet(contender, { count, mode: ['quiet'], isLogged: false }),
);

for (const fleet of fleets) {
  fleet.launch();
  await fleet.up();
}
await sleep(CALM_MS);
const watched = fleets.map((fleet) => ({ fleet, pids: fleet.supervisors() }));
const before = watched.map(({ pids }) => usageOf(pids));
await sleep(WATCH_S * 1000);
const rows = watched.map(({ fleet, pids }, index) => {
  const now = usageOf(pids);
  const then = before[index] ?? now;
  return {
    name: fleet.contender.name,
    figures: {
      'wake-ups/s': (now.wakeUps - then.wakeUps) / WATCH_S,
      'CPU ms/s': (now.cpuMs - then.cpuMs) / WATCH_S,
      processes: now.processes,
    },
  };
});
for (const fleet of fleets) {
  await fleet.end();
}
print({ figure: `idle with ${count} services`, goal: 'at most 0.5 wake-ups/s', ratioOf: 'wake-ups/s', rows }, settings);
