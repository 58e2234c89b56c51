import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { ServiceTarget } from '../language/ast.ts';
import { compilePattern } from '../language/pattern.ts';
import { type ProcStat, type ProcTable, readProcTable, readSmall } from './proc-table.ts';

/** How a process is found; `pid` is one that our own supervisor runs. */
export type ProcessTarget =
  Extract<ServiceTarget, { kind: 'pidfile' | 'matching' }> | { readonly kind: 'pid'; readonly pid: number | undefined };

export interface FindInput {
  readonly target: ProcessTarget;
  readonly table: ProcTable;
  readonly root?: string;
}

const head = Buffer.allocUnsafe(64);

/**
 * The pid in a pid file, undefined when the file is missing or holds no pid. Whatever the path leads to, a few bytes are read of it
 * and nothing is waited for: not for the writer of a fifo either.
 */
export function readPidFile(path: string): number | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const text = head.toString('latin1', 0, readSync(descriptor, head));
    const pid = Number(/^\s*(\d{1,10})\s*(?:\n|$)/.exec(text)?.[1] ?? 0);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The pid that a target names, undefined when it names none. */
export function pidOf(target: Exclude<ProcessTarget, { kind: 'matching' }>): number | undefined {
  return target.kind === 'pid' ? target.pid : readPidFile(target.path);
}

/** The process that a target means. One that a table of chosen processes lacks is read by itself. */
export function findProcess({ target, table, root }: FindInput): ProcStat | undefined {
  if (target.kind !== 'matching') {
    const pid = pidOf(target);
    if (pid === undefined) return undefined;
    return (
      table.byPid.get(pid) ??
      (table.isComplete
        ? undefined
        : readProcTable({ pids: [pid], atMs: table.atMs, ...(root === undefined ? {} : { root }) }).byPid.get(pid))
    );
  }
  return matchProcess(target.pattern, table, root)[0];
}

/**
 * The processes whose command line matches, the one that counts first: a match whose parent does not match, the oldest
 * of those. This process and its own children with the pattern in their arguments do not count.
 */
export function matchProcess(pattern: string, table: ProcTable, root = '/proc'): ProcStat[] {
  const compiled = compilePattern(pattern);
  if (!compiled.ok) return [];
  const matches = [...table.byPid.values()].filter(
    ({ pid, state, name }) =>
      pid !== process.pid && state !== 'Z' && compiled.pattern.test(commandLine(pid, root) || name),
  );
  const pids = new Set(matches.map(({ pid }) => pid));
  const rank = ({ ppid }: ProcStat): number => (pids.has(ppid) ? 1 : 0);
  return matches.sort((a, b) => rank(a) - rank(b) || a.startTicks - b.startTicks || a.pid - b.pid);
}

/** The command line with blanks between its arguments. */
export function commandLine(pid: number, root = '/proc'): string {
  const bytes = readSmall(`${root}/${pid}/cmdline`) ?? '';
  return Buffer.from(bytes, 'latin1').toString('utf8').replace(/\0+$/, '').replaceAll('\0', ' ');
}
