import { readdirSync } from 'node:fs';
import type { ResourceMetric } from '../language/ast.ts';
import { findProcess, type FindInput } from './find-process.ts';
import type { Facts, ProcessIdentity, Sample } from '../engine/sample.ts';
import { machine } from './machine.ts';
import { type ProcStat, type ProcTable, readSmall } from './proc-table.ts';

/** What has to be remembered of a process to turn counters into rates. */
export interface ProcessMemory {
  readonly identity: ProcessIdentity;
  readonly atMs: number;
  readonly cpuTicks: number;
  readonly totalTicks: number;
  readonly io: IoCounters | undefined;
}

interface IoCounters {
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly reads: number;
  readonly writes: number;
}

export interface ProcessNeeds {
  readonly metrics: ReadonlySet<ResourceMetric>;
  /** User and group of the process. */
  readonly owner: boolean;
}

export interface ProcessInput extends FindInput {
  readonly needs: ProcessNeeds;
  readonly memory: ProcessMemory | undefined;
}

/** Figures that need the children of a process and with them the whole table. */
const TREE_METRICS: readonly ResourceMetric[] = ['totalCpu', 'totalMemory', 'children', 'totalFileDescriptors'];

/** True when the table must hold every process of the machine. */
export function needsWholeTable({ target, needs }: Pick<ProcessInput, 'target' | 'needs'>): boolean {
  return target.kind === 'matching' || TREE_METRICS.some((metric) => needs.metrics.has(metric));
}

/** Looks at one process service. The memory that comes back is for the next look. */
export function sampleProcess(input: ProcessInput): {
  readonly sample: Sample;
  readonly memory: ProcessMemory | undefined;
} {
  const stat = findProcess(input);
  if (stat === undefined)
    return { sample: { presence: 'missing', reason: 'process is not running', facts: {} }, memory: undefined };
  const identity: ProcessIdentity = { pid: stat.pid, startTicks: stat.startTicks };
  if (stat.state === 'Z' || stat.state === 'X') {
    return {
      sample: { presence: 'zombie', reason: `process ${stat.pid} is a zombie`, facts: { identity } },
      memory: undefined,
    };
  }
  // Another process under the same number has nothing to do with what was counted before.
  const before =
    input.memory?.identity.startTicks === stat.startTicks && input.memory.identity.pid === stat.pid
      ? input.memory
      : undefined;
  const now = measure(stat, identity, input);
  return { sample: { presence: 'present', facts: facts({ stat, identity, now, before, input }) }, memory: now };
}

function measure(stat: ProcStat, identity: ProcessIdentity, { needs, table, root }: ProcessInput): ProcessMemory {
  const wantsIo = needs.metrics.has('diskRead') || needs.metrics.has('diskWrite');
  return {
    identity,
    atMs: table.atMs,
    cpuTicks: stat.cpuTicks,
    totalTicks: needs.metrics.has('totalCpu') ? treeSum(stat, table, ({ cpuTicks }) => cpuTicks) : 0,
    io: wantsIo ? readIo(stat.pid, root) : undefined,
  };
}

interface FactsInput {
  readonly stat: ProcStat;
  readonly identity: ProcessIdentity;
  readonly now: ProcessMemory;
  readonly before: ProcessMemory | undefined;
  readonly input: ProcessInput;
}

function facts({ stat, identity, now, before, input }: FactsInput): Facts {
  const { needs, table, root } = input;
  const { pageBytes, ticksPerSecond, cores } = machine();
  const resources: Partial<Record<ResourceMetric, number>> = {};
  const shares: Partial<Record<ResourceMetric, number>> = {};
  const wants = (metric: ResourceMetric): boolean => needs.metrics.has(metric);
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  if (before !== undefined && seconds > 0) {
    // 100% is what the process can use at most: as many cores as it has threads.
    const percent = (ticks: number, threads: number): number =>
      Math.max(0, (ticks / ticksPerSecond / seconds / Math.max(1, Math.min(cores, threads))) * 100);
    resources.cpu = percent(now.cpuTicks - before.cpuTicks, stat.threads);
    if (wants('totalCpu')) {
      resources.totalCpu = percent(
        now.totalTicks - before.totalTicks,
        treeSum(stat, table, ({ threads }) => threads),
      );
    }
    if (now.io !== undefined && before.io !== undefined) {
      resources.diskRead = (now.io.readBytes - before.io.readBytes) / seconds;
      resources.diskWrite = (now.io.writeBytes - before.io.writeBytes) / seconds;
    }
  }
  resources.memory = stat.residentPages * pageBytes;
  resources.threads = stat.threads;
  if (wants('memory') || wants('totalMemory')) {
    const total = table.machine.memoryBytes;
    shares.memory = (resources.memory / total) * 100;
    if (wants('totalMemory')) {
      resources.totalMemory = treeSum(stat, table, ({ residentPages }) => residentPages) * pageBytes;
      shares.totalMemory = (resources.totalMemory / total) * 100;
    }
  }
  if (table.isComplete) resources.children = descendants(stat.pid, table).length;
  if (wants('fileDescriptors')) countDescriptors(stat.pid, resources, shares, root);
  if (wants('totalFileDescriptors'))
    resources.totalFileDescriptors = treeSum(stat, table, ({ pid }) => openDescriptors(pid, root) ?? 0);
  if (wants('loadavg1') || wants('loadavg5') || wants('loadavg15')) Object.assign(resources, readLoad(root));
  return {
    identity,
    ppid: stat.ppid,
    uptimeSeconds: Math.max(0, table.machine.uptimeSeconds - stat.startTicks / ticksPerSecond),
    resources,
    shares,
    cores,
    ...(needs.owner ? readOwner(stat.pid, root) : {}),
  };
}

function treeSum(stat: ProcStat, table: ProcTable, value: (stat: ProcStat) => number): number {
  return descendants(stat.pid, table).reduce((sum, child) => sum + value(child), value(stat));
}

/** Children, grandchildren and so on. */
function descendants(pid: number, table: ProcTable): ProcStat[] {
  const found: ProcStat[] = [];
  const queue = [...(table.children.get(pid) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const stat = table.byPid.get(next);
    if (stat === undefined || stat.pid === pid) continue;
    found.push(stat);
    queue.push(...(table.children.get(next) ?? []));
  }
  return found;
}

function countDescriptors(
  pid: number,
  resources: Partial<Record<ResourceMetric, number>>,
  shares: Partial<Record<ResourceMetric, number>>,
  root = '/proc',
): void {
  const open = openDescriptors(pid, root);
  if (open === undefined) return;
  resources.fileDescriptors = open;
  const limit = Number(/^Max open files\s+(\d+)/m.exec(readSmall(`${root}/${pid}/limits`) ?? '')?.[1] ?? Number.NaN);
  if (limit > 0) shares.fileDescriptors = (open / limit) * 100;
}

function openDescriptors(pid: number, root = '/proc'): number | undefined {
  try {
    return readdirSync(`${root}/${pid}/fd`).length;
  } catch {
    // Another user's process: only root may look.
    return undefined;
  }
}

function readOwner(pid: number, root = '/proc'): { uid: number; euid: number; gid: number } | Record<string, never> {
  const text = readSmall(`${root}/${pid}/status`) ?? '';
  const uid = /^Uid:\s+(\d+)\s+(\d+)/m.exec(text);
  const gid = /^Gid:\s+(\d+)/m.exec(text);
  return uid === null || gid === null ? {} : { uid: Number(uid[1]), euid: Number(uid[2]), gid: Number(gid[1]) };
}

function readIo(pid: number, root = '/proc'): IoCounters | undefined {
  const text = readSmall(`${root}/${pid}/io`);
  if (text === undefined) return undefined;
  const field = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    readBytes: field('read_bytes'),
    writeBytes: field('write_bytes'),
    reads: field('syscr'),
    writes: field('syscw'),
  };
}

/** The three load averages. */
export function readLoad(root = '/proc'): { loadavg1: number; loadavg5: number; loadavg15: number } {
  const [one = 0, five = 0, fifteen = 0] = (readSmall(`${root}/loadavg`) ?? '').split(' ').map(Number);
  return { loadavg1: one, loadavg5: five, loadavg15: fifteen };
}
