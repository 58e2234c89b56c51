import { readFileSync, readdirSync } from 'node:fs';

/** Figures of a group of processes. */
export interface Usage {
  readonly processes: number;
  readonly cpuMs: number;
  readonly wakeUps: number;
}

export interface Memory {
  readonly pssMb: number;
  readonly rssMb: number;
  readonly anonymousMb: number;
  readonly processes: number;
}

/** Every process whose command line or environment contains the text. */
export function processesWith(text: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes(text) || read(`/proc/${pid}/environ`).includes(text))
    .map(Number)
    .filter((pid) => pid !== process.pid && stateOf(pid) !== 'Z');
}

/** Those of {@link processesWith} that run the program of a service. */
export function runsService(pid: number, program: string): boolean {
  return read(`/proc/${pid}/cmdline`).includes(program) && !read(`/proc/${pid}/cmdline`).startsWith('setpriv');
}

/** Processor time and times woken since they began, all threads. */
export function usageOf(pids: readonly number[]): Usage {
  const tasks = pids.flatMap((pid) => list(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`));
  return {
    processes: pids.length,
    cpuMs: sum(tasks.map((task) => Number(read(`${task}/schedstat`).split(' ')[0]) / 1e6)),
    wakeUps: sum(tasks.map((task) => field(read(`${task}/status`), 'voluntary_ctxt_switches'))),
  };
}

export function memoryOf(pids: readonly number[]): Memory {
  const rollups = pids.map((pid) => read(`/proc/${pid}/smaps_rollup`));
  const total = (name: string): number => sum(rollups.map((text) => field(text, name))) / 1024;
  return { pssMb: total('Pss'), rssMb: total('Rss'), anonymousMb: total('Anonymous'), processes: pids.length };
}

/** The most memory that one of them ever held, MB. */
export function peakMb(pids: readonly number[]): number {
  return Math.max(...pids.map((pid) => field(read(`/proc/${pid}/status`), 'VmHWM') / 1024));
}

export function isAlive(pid: number): boolean {
  const state = stateOf(pid);
  return state !== '' && state !== 'Z';
}

/** Kills, by pid, whatever was started with this text in its command line or environment, until nothing is left. */
export async function killAll(text: string): Promise<void> {
  for (let round = 0; round < 200; round++) {
    const left = processesWith(text);
    if (left.length === 0) return;
    for (const pid of left) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`cannot kill what was started in ${text}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function stateOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + (Number.isFinite(value) ? value : 0), 0);
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Empty when the process has gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
