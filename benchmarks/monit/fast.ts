/**
 * `fast` for processes behind pid files: what looking for their end every 50 ms costs, and how long after a `kill -9` the start program
 * has brought the next one. The floor is the same program, run by a shell at once.
 *
 *   npx node --conditions=@tappet/source benchmarks/monit/fast.ts [--rounds 30] [--counts 100] [--json]
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings } from '../supervisor/harness/settings.ts';
import { median } from '../supervisor/harness/statistics.ts';
import { openSession } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

const LOOK_MS = 5000;

const settings = readSettings({ rounds: 30, counts: [100] });
using folder = temporaryFolder();
const rows = [];
for (const count of settings.counts) {
  const costs = { without: await cost(count, false), with: await cost(count, true) };
  const latencies = await restarts(Math.min(count, settings.rounds));
  rows.push({
    processes: count,
    'CPU ms/s without': round(costs.without),
    'CPU ms/s with fast': round(costs.with),
    'restart p50 ms': round(median(latencies)),
    'restart worst ms': round(Math.max(...latencies)),
    'start program alone ms': round(floor()),
  });
}
if (settings.isJson) console.log(JSON.stringify(rows, undefined, 2));
else console.table(rows);

/** Processor time of a second in which nothing ends. */
async function cost(count: number, isFast: boolean): Promise<number> {
  await using watched = await watch(count, isFast);
  await sleep(200);
  const before = process.cpuUsage();
  await sleep(LOOK_MS);
  const { user, system } = process.cpuUsage(before);
  void watched;
  return (user + system) / 1000 / (LOOK_MS / 1000);
}

async function restarts(rounds: number): Promise<number[]> {
  await using watched = await watch(rounds, true);
  await sleep(200);
  const latencies: number[] = [];
  for (const { child, pidFile } of watched.processes) {
    const begin = performance.now();
    child.kill('SIGKILL');
    while (pidIn(pidFile) === child.pid) await sleep(1);
    latencies.push(performance.now() - begin);
    // Not in step with the looks.
    await sleep(Math.random() * 50);
  }
  return latencies;
}

function floor(): number {
  const pidFile = join(folder.path, 'floor.pid');
  const samples = Array.from({ length: 10 }, () => {
    const begin = performance.now();
    spawnSync('/bin/sh', ['-c', `sleep 600 & echo $! > ${pidFile}`], { stdio: 'ignore' });
    const ms = performance.now() - begin;
    process.kill(pidIn(pidFile), 'SIGKILL');
    return ms;
  });
  return median(samples);
}

interface Watched extends AsyncDisposable {
  readonly processes: readonly { readonly child: ChildProcess; readonly pidFile: string }[];
}

async function watch(count: number, isFast: boolean): Promise<Watched> {
  const processes = Array.from({ length: count }, (_, index) => {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    const pidFile = join(folder.path, `p${index}.pid`);
    writeFileSync(pidFile, `${child.pid}\n`);
    return { child, pidFile };
  });
  const text = processes.map(
    ({ pidFile }, index) =>
      `check process p${index} with pidfile ${pidFile}\n  start program = "/bin/sh -c 'sleep 600 & echo $! > ${pidFile}'"`,
  );
  const session = await openSession(text.join('\n'), { isFast });
  return {
    processes,
    async [Symbol.asyncDispose]() {
      await session.close();
      for (const { child, pidFile } of processes) {
        const pid = pidIn(pidFile);
        if (pid !== child.pid) process.kill(pid, 'SIGKILL');
        else {
          const ended = once(child, 'exit');
          child.kill('SIGKILL');
          await ended;
        }
      }
    },
  };
}

function pidIn(file: string): number {
  return Number(readFileSync(file, 'utf8'));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
