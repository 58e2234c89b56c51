import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** One line of /proc/PID/stat, in the units of the kernel. */
export interface ProcStat {
  readonly pid: number;
  readonly ppid: number;
  /** R, S, D, Z, T … */
  readonly state: string;
  readonly name: string;
  /** User and system time in clock ticks. */
  readonly cpuTicks: number;
  readonly threads: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
  readonly residentPages: number;
}

/** The processes of the machine at one moment. */
export interface ProcTable {
  readonly byPid: ReadonlyMap<number, ProcStat>;
  readonly children: ReadonlyMap<number, readonly number[]>;
  /** Milliseconds of a monotonic clock. */
  readonly atMs: number;
  readonly isComplete: boolean;
  /** What every process is measured against, read once for all of them. */
  readonly machine: { readonly uptimeSeconds: number; readonly memoryBytes: number };
}

/** Residency; nothing behind it is used. */
const LAST_FIELD = 24;

const buffer = Buffer.allocUnsafe(4096);

/**
 * Reads the processes in one go. With `pids` only those are read, which is all that most rules need; children and
 * totals need the whole table.
 */
export function readProcTable({
  pids,
  atMs,
  root = '/proc',
}: {
  readonly pids?: Iterable<number>;
  readonly atMs: number;
  readonly root?: string;
}): ProcTable {
  const byPid = new Map<number, ProcStat>();
  for (const pid of pids ?? listPids(root)) {
    const stat = readStat(pid, root);
    if (stat !== undefined) byPid.set(pid, stat);
  }
  const children = new Map<number, number[]>();
  if (pids === undefined) {
    for (const { pid, ppid } of byPid.values()) {
      const list = children.get(ppid);
      if (list === undefined) children.set(ppid, [pid]);
      else list.push(pid);
    }
  }
  const machine = { uptimeSeconds: uptimeSeconds(root), memoryBytes: totalMemory(root) };
  return { byPid, children, atMs, isComplete: pids === undefined, machine };
}

/** Seconds since boot, as the kernel counts them. */
export function uptimeSeconds(root = '/proc'): number {
  return Number(readSmall(`${root}/uptime`)?.split(' ', 1)[0] ?? 0);
}

const totals = new Map<string, number>();

// Memory is not added to a running machine that often.
function totalMemory(root: string): number {
  let bytes = totals.get(root);
  if (bytes === undefined) {
    bytes = Number(/^MemTotal:\s+(\d+) kB/m.exec(readSmall(`${root}/meminfo`) ?? '')?.[1] ?? 0) * 1024;
    totals.set(root, bytes);
  }
  return bytes;
}

/** One process, or undefined when there is none of that number. */
export function readStat(pid: number, root = '/proc'): ProcStat | undefined {
  const text = readSmall(`${root}/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name stands in parentheses and may contain any character, parentheses included.
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ', LAST_FIELD - 2);
  const number = (position: number): number => Number(fields[position - 3] ?? 0);
  return {
    pid,
    ppid: number(4),
    state: fields[0] ?? '?',
    name: text.slice(open + 1, close),
    cpuTicks: number(14) + number(15),
    threads: number(20),
    startTicks: number(22),
    residentPages: number(24),
  };
}

/** A small file of /proc or /sys as text, undefined when it is gone or may not be read. */
export function readSmall(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    // Gone between listing and reading, or not ours to read: both mean "not known".
    return undefined;
  }
  try {
    const length = readSync(descriptor, buffer, 0, buffer.length, null);
    return length < buffer.length
      ? buffer.toString('latin1', 0, length)
      : buffer.toString('latin1', 0, length) + readRest(descriptor);
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

function readRest(descriptor: number): string {
  const chunks: string[] = [];
  for (;;) {
    const length = readSync(descriptor, buffer, 0, buffer.length, null);
    if (length === 0) return chunks.join('');
    chunks.push(buffer.toString('latin1', 0, length));
  }
}

function listPids(root: string): number[] {
  return readdirSync(root)
    .filter((name) => name.charCodeAt(0) >= 49 && name.charCodeAt(0) <= 57)
    .map(Number)
    .filter((pid) => Number.isInteger(pid));
}
