import type { ProcessIdentity } from '../engine/sample.ts';
import type { ServiceTarget } from '../language/ast.ts';
import { matchProcess, readPidFile } from './find-process.ts';
import { readProcTable, readStat } from './proc-table.ts';

/** The process that a pid file or a pattern leads to right now, undefined when none runs. A zombie does not. */
export function runningProcess(target: ServiceTarget, nowMs: number): ProcessIdentity | undefined {
  if (target.kind === 'pidfile') {
    const pid = readPidFile(target.path);
    return pid === undefined ? undefined : living(pid);
  }
  if (target.kind !== 'matching') return undefined;
  const found = matchProcess(target.pattern, readProcTable({ atMs: nowMs }))[0];
  return found === undefined ? undefined : { pid: found.pid, startTicks: found.startTicks };
}

/** True while exactly this process lives, not another one under its number. */
export function isSameProcess({ pid, startTicks }: ProcessIdentity): boolean {
  return living(pid)?.startTicks === startTicks;
}

function living(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X'
    ? undefined
    : { pid, startTicks: stat.startTicks };
}
