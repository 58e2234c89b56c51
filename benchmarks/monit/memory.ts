/**
 * What the plugin costs in memory: private anonymous memory of the built daemon with 500 services, without the plugin and with rules on
 * each of them, and of a daemon that watches 500 processes by their pid files.
 *
 *   npx node benchmarks/monit/memory.ts [--rounds 1] [--counts 500] [--ours DIR] [--json]
 *
 * A round takes a minute. The parts of V8 that compile in the background leave some MB or not: single figures are not exact.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tappet } from '../supervisor/contenders/tappet.ts';
import type { Contender } from '../supervisor/harness/contender.ts';
import { memoryOf } from '../supervisor/harness/processes.ts';
import { readSettings } from '../supervisor/harness/settings.ts';
import { Stage } from '../supervisor/harness/stage.ts';
import { median } from '../supervisor/harness/statistics.ts';
import { withPlugin } from './contenders.ts';

/** The daemon collects its garbage a second after the start; some cycles follow. */
const CALM_MS = 8000;

const settings = readSettings({ rounds: 1, counts: [500] });
const { ours } = settings;
await using stage = new Stage(settings);
for (const count of settings.counts) {
  await using processes = await sleepers(count, stage.folder);
  const controlFile = join(stage.folder, `monitrc-${count}`);
  writeFileSync(controlFile, processes.files.map(check).join('\n'), { mode: 0o600 });
  const core = tappet(ours, 'core');
  const single = tappet(ours, 'core, one service');
  const watching = withPlugin(ours, 'pid files', { controlFile });
  const contenders = [
    core,
    withPlugin(ours, 'no rules', {}),
    withPlugin(ours, 'the same rules', { ofService: () => rules(0) }),
    withPlugin(ours, 'rules of their own', { ofService: rules }),
    single,
    watching,
  ];
  const runs = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < settings.rounds; round++) {
    for (const contender of contenders) {
      const services = contender === single || contender === watching ? 1 : count;
      runs.get(contender.name)?.push(await measure(contender, services));
    }
  }
  report(count, runs, (name) => (name === single.name || name === watching.name ? single.name : core.name));
}

async function measure(contender: Contender, count: number): Promise<number> {
  const fleet = stage.fleet(contender, { count, mode: ['quiet'], isLogged: false });
  fleet.launch();
  await fleet.up();
  await sleep(CALM_MS);
  const { anonymousMb } = memoryOf(fleet.supervisors());
  await fleet.end();
  return anonymousMb;
}

function report(count: number, runs: ReadonlyMap<string, readonly number[]>, floorOf: (name: string) => string): void {
  const rows = [...runs].map(([name, values]) => ({
    name,
    'anonymous MB': round(median([...values])),
    'over core MB': round(median([...values]) - median([...(runs.get(floorOf(name)) ?? [])])),
    runs: values.length,
  }));
  if (settings.isJson) console.log(JSON.stringify({ count, goal: 'at most 8 MB over core', rows }, undefined, 2));
  else {
    console.log(`\n${count} services or pid files    (goal: at most 8 MB over core)`);
    console.table(rows);
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Three rules with limits that no other service has. */
function rules(index: number): string {
  const lines = [
    `if cpu > ${80 + (index % 20)}% for 5 cycles then restart`,
    `if memory > ${512 + index} MB for 3 cycles then restart`,
    'if 3 restarts within 5 cycles then unmonitor',
  ];
  return `rules = ${JSON.stringify(lines)}`;
}

function check(file: string, index: number): string {
  return `check process p${index} with pidfile ${file}
  start program = "/bin/true" stop program = "/bin/true"
  if cpu > ${80 + (index % 20)}% for 5 cycles then restart
  if memory > ${512 + index} MB for 3 cycles then restart
  if 3 restarts within 5 cycles then unmonitor`;
}

/** Processes that are not the daemon's, each with a pid file. */
async function sleepers(count: number, folder: string): Promise<{ files: string[] } & AsyncDisposable> {
  const files: string[] = [];
  const children: ChildProcess[] = [];
  for (let index = 0; index < count; index++) {
    const child = spawn('sleep', ['3600'], { stdio: 'ignore' });
    children.push(child);
    const file = join(folder, `p${index}.pid`);
    files.push(file);
    writeFileSync(file, `${child.pid}\n`);
  }
  return {
    files,
    async [Symbol.asyncDispose]() {
      const ended = children.map((child) => once(child, 'exit'));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(ended);
    },
  };
}
