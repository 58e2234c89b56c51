/**
 * `kill -9` of a service → first instruction of its replacement, restart delay 0. Everybody runs 20 services at the same time, and
 * they are killed in turn, each only after 3 s of life (runit and PM2 hold back what dies sooner).
 *
 *   npx node benchmarks/supervisor/restart.ts [--rounds 3] [--counts 20] [--with-pm2] [--json]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from './contenders/index.ts';
import type { Fleet } from './harness/fleet.ts';
import { nowMs } from './harness/marks.ts';
import { print } from './harness/report.ts';
import { readSettings } from './harness/settings.ts';
import { Stage } from './harness/stage.ts';
import { median, quantile } from './harness/statistics.ts';

const LIFE_MS = 3000;
const SLOW_MS = 500;
const SLOW_KILLS = 6;

const settings = readSettings({ rounds: 3, counts: [20] });
await using stage = new Stage(settings);
const count = settings.counts[0] ?? 20;
const fleets = contenders(settings).map((contender) =>
  stage.fleet(contender, { count, mode: ['quiet'], isLogged: false }),
);
const times = new Map<Fleet, number[]>(fleets.map((fleet) => [fleet, []]));

for (const fleet of fleets) {
  fleet.launch();
  await fleet.up();
}
for (let round = 0; round < settings.rounds; round++) {
  await sleep(LIFE_MS);
  for (let index = 0; index < count; index++) {
    for (const [fleet, ms] of times) {
      if (ms.length >= SLOW_KILLS && median(ms) > SLOW_MS) continue;
      ms.push(await timeRestart(fleet, index));
    }
  }
}
for (const fleet of fleets) {
  await fleet.end();
}

const rows = [...times].map(([{ contender }, ms]) => ({
  name: contender.name,
  figures: { 'p50 ms': median(ms), 'p90 ms': quantile(ms, 0.9), 'p99 ms': quantile(ms, 0.99), kills: ms.length },
}));
print(
  { figure: 'restart after kill -9', goal: 'ahead of runit, or within 1.3 × the floor', ratioOf: 'p50 ms', rows },
  settings,
);

async function timeRestart({ marks }: Fleet, index: number): Promise<number> {
  const lives = marks.of('S').filter((mark) => mark.index === index);
  const pid = lives.at(-1)?.pid;
  if (pid === undefined) throw new Error(`service ${index} has not started`);
  const begin = nowMs();
  process.kill(pid, 'SIGKILL');
  const isBack = (mark: { index: number; atMs: number }): boolean => mark.index === index && mark.atMs > begin;
  const starts = await marks.until('S', (all) => all.some(isBack), { everyMs: 5 });
  return (starts.find(isBack)?.atMs ?? NaN) - begin;
}
