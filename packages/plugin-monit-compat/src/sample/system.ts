import type { ResourceMetric } from '../language/ast.ts';
import type { Sample } from '../engine/sample.ts';
import { machine, readMemory, uptimeSeconds } from './machine.ts';
import { readLoad } from './process.ts';
import { readSmall } from './proc-table.ts';

/** Counters of /proc/stat in clock ticks, in the order of the kernel. */
export type SystemMemory = readonly number[];

const CPU_PARTS: readonly (ResourceMetric | undefined)[] = [
  'cpuUser',
  'cpuNice',
  'cpuSystem',
  undefined,
  'cpuWait',
  'cpuHardirq',
  'cpuSoftirq',
  'cpuSteal',
  'cpuGuest',
  'cpuGuestnice',
];

/** Load, processor, memory, swap, descriptors and uptime of the machine. The first look knows no processor figures. */
export function sampleSystem({
  memory,
  root = '/proc',
}: {
  readonly memory: SystemMemory | undefined;
  readonly root?: string;
}): { readonly sample: Sample; readonly memory: SystemMemory } {
  const now = readCpu(root);
  const { totalBytes, availableBytes, swapTotalBytes, swapFreeBytes } = readMemory(root);
  const resources: Partial<Record<ResourceMetric, number>> = {
    ...readLoad(root),
    ...(memory === undefined ? {} : cpuShares(now, memory)),
  };
  const shares: Partial<Record<ResourceMetric, number>> = {};
  resources.memory = totalBytes - availableBytes;
  shares.memory = (resources.memory / totalBytes) * 100;
  resources.swap = swapTotalBytes - swapFreeBytes;
  shares.swap = swapTotalBytes > 0 ? (resources.swap / swapTotalBytes) * 100 : 0;
  const [open, , limit] = (readSmall(`${root}/sys/fs/file-nr`) ?? '').split('\t').map(Number);
  if (open !== undefined && limit !== undefined && limit > 0) {
    resources.fileDescriptors = open;
    shares.fileDescriptors = (open / limit) * 100;
  }
  return {
    sample: {
      presence: 'present',
      facts: { resources, shares, cores: machine().cores, uptimeSeconds: Math.floor(uptimeSeconds(root)) },
    },
    memory: now,
  };
}

function readCpu(root: string): number[] {
  const line = (readSmall(`${root}/stat`) ?? '').split('\n', 1)[0] ?? '';
  return line.trim().split(/\s+/).slice(1).map(Number);
}

function cpuShares(now: SystemMemory, before: SystemMemory): Partial<Record<ResourceMetric, number>> {
  const spent = now.map((value, index) => Math.max(0, value - (before[index] ?? 0)));
  // Guest time is contained in user and nice time already.
  const total = spent.slice(0, 8).reduce((sum, value) => sum + value, 0);
  if (total === 0) return {};
  const shares: Partial<Record<ResourceMetric, number>> = {};
  for (const [index, part] of CPU_PARTS.entries())
    if (part !== undefined) shares[part] = ((spent[index] ?? 0) / total) * 100;
  shares.cpu = 100 - ((spent[IDLE] ?? 0) / total) * 100;
  return shares;
}

const IDLE = 3;
