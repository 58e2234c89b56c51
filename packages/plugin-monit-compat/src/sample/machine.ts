import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { readSmall } from './proc-table.ts';

/** Constants of the machine that the figures are computed with. */
export interface Machine {
  readonly pageBytes: number;
  readonly ticksPerSecond: number;
  readonly cores: number;
}

let known: Machine | undefined;

/** Page size and clock rate from getconf (asked once), cores as this process may use them. */
export function machine(): Machine {
  known ??= {
    pageBytes: getconf('PAGESIZE', 4096),
    ticksPerSecond: getconf('CLK_TCK', 100),
    cores: availableParallelism(),
  };
  return known;
}

export { uptimeSeconds } from './proc-table.ts';

export interface MemoryFigures {
  readonly totalBytes: number;
  readonly availableBytes: number;
  readonly swapTotalBytes: number;
  readonly swapFreeBytes: number;
}

export function readMemory(root = '/proc'): MemoryFigures {
  const text = readSmall(`${root}/meminfo`) ?? '';
  const field = (name: string): number | undefined => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
    return match === null ? undefined : Number(match[1]) * 1024;
  };
  const total = field('MemTotal') ?? 0;
  return {
    totalBytes: total,
    // Kernels before 3.14 have no MemAvailable; then free, buffers and cache are the nearest thing.
    availableBytes: field('MemAvailable') ?? (field('MemFree') ?? 0) + (field('Buffers') ?? 0) + (field('Cached') ?? 0),
    swapTotalBytes: field('SwapTotal') ?? 0,
    swapFreeBytes: field('SwapFree') ?? 0,
  };
}

function getconf(name: string, fallback: number): number {
  try {
    const value = Number(execFileSync('getconf', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return value > 0 ? value : fallback;
  } catch {
    // Minimal images have no getconf; these are the values of every common Linux.
    return fallback;
  }
}
