import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** Descriptors that the supervisor keeps for itself: control connections, log files, starts under way. */
const RESERVE = 24;

/** How many files this process may have open, and how many it has. */
export interface DescriptorBudget {
  /** What the services and the supervisor itself want to hold. */
  readonly needed: number;
  /** The limit, `ulimit -n`. */
  readonly found: number;
  readonly isSufficient: boolean;
  /** For status and log; undefined when all is well. */
  readonly message: string | undefined;
}

/**
 * Compares what so many services need with the limit. Services run in either case: beyond the limit their pipes are read in
 * turns. `perService` is 2 by default: a pipe and a log file.
 */
export function descriptorBudget(services: number, { perService = 2 }: { perService?: number } = {}): DescriptorBudget {
  const found = descriptorLimit();
  const needed = openDescriptors().length + RESERVE + services * perService;
  const isSufficient = needed <= found;
  const message = isSufficient
    ? undefined
    : `too few file descriptors: ${services} services need ${needed}, ulimit -n is ${found}; ` +
      'their output is read in turns (raise the limit: ulimit -n, LimitNOFILE, docker run --ulimit nofile)';
  return { needed, found, isSufficient, message };
}

/** How many pipes may be held open for reading. */
export function readerAllowance(): number {
  return Math.max(0, Math.floor((descriptorLimit() - openDescriptors().length - RESERVE) / 2));
}

/** How many log files may be held open: the other half of what the limit leaves. */
export function fileAllowance(): number {
  return Math.max(1, Math.floor((descriptorLimit() - 2 * RESERVE) / 2));
}

/**
 * Closes what this process inherited above stderr. Node opens all its own with O_CLOEXEC, so whatever lacks that flag came
 * from the parent and would be handed on to every service. To be called before anything else is opened. Returns the numbers.
 */
export function closeInheritedDescriptors(): readonly number[] {
  const inherited = openDescriptors().filter((fd) => fd > 2 && isInheritable(fd));
  for (const fd of inherited) closeSync(fd);
  return inherited;
}

function descriptorLimit(): number {
  const line = /^Max open files\s+(\d+|unlimited)/m.exec(readOr('/proc/self/limits'))?.[1];
  return line === undefined || line === 'unlimited' ? Infinity : Number(line);
}

function openDescriptors(): number[] {
  return readdirSync('/proc/self/fd').map(Number);
}

const O_CLOEXEC = 0o2000000;

function isInheritable(fd: number): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(readOr(`/proc/self/fdinfo/${fd}`))?.[1];
  return flags !== undefined && (parseInt(flags, 8) & O_CLOEXEC) === 0;
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
