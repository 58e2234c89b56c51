/**
 * Memory of the supervisor's own processes with 1, 100 and 500 services, the output of each (20 lines) in a file of its own.
 *
 *   npx node benchmarks/supervisor/memory.ts [--counts 1,100,500] [--with-pm2] [--json]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from './contenders/index.ts';
import type { Contender } from './harness/contender.ts';
import { type Memory, memoryOf } from './harness/processes.ts';
import { print } from './harness/report.ts';
import { readSettings } from './harness/settings.ts';
import { Stage } from './harness/stage.ts';

const CALM_MS = 2000;

const settings = readSettings({ rounds: 1, counts: [1, 100, 500] });
const all = contenders(settings);
await using stage = new Stage(settings);

for (const count of settings.counts) {
  const rows = [];
  for (const contender of all) {
    const { pssMb, rssMb, anonymousMb, processes } = await measure(contender, count);
    const figures = { 'PSS MB': pssMb, 'RSS MB': rssMb, 'anonymous MB': anonymousMb, processes };
    rows.push({ name: contender.name, figures });
  }
  print(
    {
      figure: `memory with ${count} services, output captured`,
      goal: 'below PM2, at most 1.5 × the floor',
      ratioOf: 'PSS MB',
      rows,
    },
    settings,
  );
}

async function measure(contender: Contender, count: number): Promise<Memory> {
  const fleet = stage.fleet(contender, { count, mode: ['chatty'], isLogged: true });
  fleet.launch();
  await fleet.up();
  await sleep(CALM_MS);
  const memory = memoryOf(fleet.supervisors());
  await fleet.end();
  return memory;
}
