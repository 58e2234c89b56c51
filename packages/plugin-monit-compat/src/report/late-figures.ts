import type { Facts } from '../engine/sample.ts';
import type { ResourceMetric } from '../language/ast.ts';
import { type FilesystemMemory, findMount, sampleFilesystem } from '../sample/filesystem.ts';
import { type NetworkMemory, sampleNetwork } from '../sample/network.ts';
import { type ProcTable, readProcTable, readSmall } from '../sample/proc-table.ts';
import { type ProcessMemory, sampleProcess } from '../sample/process.ts';
import { type Flows, flowsBetween, type FlowTotals } from './flows.ts';
import type { ServiceReport } from './service-report.ts';

/** A service with every figure that the machine knows of it. */
export interface FullReport extends ServiceReport {
  readonly counters: Counters;
}

/** What only grows, and limits. A field that is undefined could not be read. */
export interface Counters {
  readonly descriptors?: { readonly soft: number; readonly hard: number } | undefined;
  /** What a process or a filesystem reads and writes. */
  readonly flows?: Flows | undefined;
  readonly filesystemType?: string | undefined;
  /** Under `upload:bytes`, `download:errors` and the like. */
  readonly traffic?: Readonly<Record<string, number>> | undefined;
}

/** What one look leaves for the next. */
interface Memory {
  process?: ProcessMemory | undefined;
  filesystem?: FilesystemMemory | undefined;
  network?: NetworkMemory | undefined;
  flows?: FlowTotals | undefined;
}

const EVERYTHING: ReadonlySet<ResourceMetric> = new Set<ResourceMetric>([
  'totalCpu',
  'memory',
  'totalMemory',
  'children',
  'fileDescriptors',
  'totalFileDescriptors',
]);

/** Rates over less than this say little: the look before that one counts. */
const SHORTEST_MS = 500;

/** A sector of /proc/diskstats is 512 bytes whatever the device says. */
const SECTOR = 512;

/**
 * The cycle measures only what rules ask for; a person or an exporter wants the rest as well. It is read when somebody looks, so that
 * nobody pays for it otherwise. Rates that no rule asks for count from the look before.
 */
export function createLateFigures(nowMs: () => number): (reports: readonly ServiceReport[]) => FullReport[] {
  const memories = new Map<string, Memory>();
  return (reports) => {
    const atMs = nowMs();
    let table: ProcTable | undefined;
    return reports.map((report) => {
      const { name, type } = report.service;
      let memory = memories.get(name);
      if (memory === undefined) memories.set(name, (memory = {}));
      if (type === 'process' && report.facts.identity !== undefined)
        return withProcess(report, (table ??= readProcTable({ atMs })), memory);
      if (type === 'filesystem') return withFilesystem(report, atMs, memory);
      if (type === 'network') return withNetwork(report, atMs, memory);
      return { ...report, counters: {} };
    });
  };
}

function withProcess(report: ServiceReport, table: ProcTable, memory: Memory): FullReport {
  const { facts } = report;
  const { pid = 0, startTicks } = facts.identity ?? {};
  const late = sampleProcess({
    target: { kind: 'pid', pid },
    needs: { metrics: EVERYTHING, owner: true },
    table,
    memory: memory.process,
  });
  // Another process under this number is none of ours.
  if (late.sample.facts.identity?.startTicks !== startTicks) return { ...report, counters: {} };
  const totals = readProcessIo(pid, table.atMs);
  // Nor has it counted on from where the last one ended.
  const flows =
    totals && flowsBetween(totals, memory.process?.identity.startTicks === startTicks ? memory.flows : undefined);
  if (isOld(memory.process, table.atMs)) Object.assign(memory, { process: late.memory, flows: totals });
  return {
    ...report,
    facts: filledIn(facts, late.sample.facts),
    counters: { descriptors: readDescriptorLimits(pid), flows },
  };
}

function isOld(before: { readonly atMs: number } | undefined, atMs: number): boolean {
  return before === undefined || atMs - before.atMs >= SHORTEST_MS;
}

/** What the cycle measured counts; the late look fills in the rest. */
function filledIn(facts: Facts, late: Facts): Facts {
  return {
    ...late,
    ...facts,
    resources: { ...late.resources, ...facts.resources },
    shares: { ...late.shares, ...facts.shares },
  };
}

function readDescriptorLimits(pid: number): Counters['descriptors'] {
  const match = /^Max open files\s+(\d+)\s+(\d+)/m.exec(readSmall(`/proc/${pid}/limits`) ?? '');
  return match === null ? undefined : { soft: Number(match[1]), hard: Number(match[2]) };
}

function readProcessIo(pid: number, atMs: number): FlowTotals | undefined {
  const text = readSmall(`/proc/${pid}/io`);
  if (text === undefined) return undefined;
  const field = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    atMs,
    read: { bytesgeneric: field('rchar'), bytes: field('read_bytes'), operations: field('syscr') },
    write: { bytesgeneric: field('wchar'), bytes: field('write_bytes'), operations: field('syscw') },
  };
}

function withFilesystem(report: ServiceReport, atMs: number, memory: Memory): FullReport {
  const { target } = report.service;
  if (target.kind !== 'path' || report.facts.space === undefined) return { ...report, counters: {} };
  const { sample, memory: disk } = sampleFilesystem({ path: target.path, memory: memory.filesystem, atMs });
  const totals = disk && {
    atMs,
    read: { bytes: disk.readSectors * SECTOR, operations: disk.reads },
    write: { bytes: disk.writeSectors * SECTOR, operations: disk.writes },
  };
  const flows = totals && flowsBetween(totals, memory.flows);
  if (isOld(memory.flows, atMs)) Object.assign(memory, { filesystem: disk, flows: totals });
  return {
    ...report,
    facts: { ...sample.facts, ...report.facts },
    counters: { filesystemType: findMount(target.path)?.type, flows },
  };
}

function withNetwork(report: ServiceReport, atMs: number, memory: Memory): FullReport {
  const { target } = report.service;
  if (target.kind !== 'interface' && target.kind !== 'address') return { ...report, counters: {} };
  const late = sampleNetwork({ target, memory: memory.network, atMs, windows: [] });
  memory.network = late.memory;
  return { ...report, counters: { traffic: late.memory?.last.values } };
}
