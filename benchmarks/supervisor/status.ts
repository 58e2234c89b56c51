/**
 * What a user waits for the state of 100 services: `tappet status --json` and its like, wall time of the command.
 *
 *   npx node benchmarks/supervisor/status.ts [--counts 100] [--rounds 11] [--with-pm2] [--json]
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from './contenders/index.ts';
import { node, programs } from './contenders/node.ts';
import { print } from './harness/report.ts';
import { readSettings } from './harness/settings.ts';
import { Stage } from './harness/stage.ts';
import { median } from './harness/statistics.ts';

const CALM_MS = 2000;

const settings = readSettings({ rounds: 11, counts: [100] });
await using stage = new Stage(settings);
const count = settings.counts[0] ?? 100;
const fleets = contenders(settings, { without: ['embedded'] }).map((contender) =>
  stage.fleet(contender, { count, mode: ['quiet'], isLogged: false }),
);
for (const fleet of fleets) {
  fleet.launch();
  await fleet.up();
}
await sleep(CALM_MS);

const looks = new Map(fleets.map((fleet) => [fleet.contender.name, () => fleet.status()]));
const [someone] = fleets;
const empty = { program: node, args: [join(programs, 'empty.mjs')] };
if (someone !== undefined) looks.set('empty Node script', () => someone.runTimed(empty));
const times = new Map<string, { ms: number[]; bytes: number }>(
  [...looks.keys()].map((name) => [name, { ms: [], bytes: 0 }]),
);
for (const look of looks.values()) look();
for (let round = 0; round < settings.rounds; round++) {
  for (const [name, look] of looks) {
    const { ms, text } = look();
    const sofar = times.get(name);
    sofar?.ms.push(ms);
    if (sofar !== undefined) sofar.bytes = text.length;
  }
}
for (const fleet of fleets) {
  await fleet.end();
}

const rows = [...times].map(([name, { ms, bytes }]) => ({
  name: name === 'floor' ? 'floor (bare client)' : name,
  figures: { 'median ms': median(ms), 'best ms': Math.min(...ms), bytes },
}));
print(
  {
    figure: `status of ${count} services`,
    goal: 'at most half of supervisorctl and of PM2',
    ratioOf: 'median ms',
    rows,
  },
  settings,
);
