import type { Clock } from '../clock.ts';
import { StopTimeoutError } from '../errors/index.ts';
import type { ServiceCgroup } from './cgroup.ts';
import type { ProcessIdentity } from './contract.ts';
import { readStat } from './identity.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

/** A session that holds processes of a service. Its number is the pid of the process that made it. */
export interface KnownSession {
  readonly id: number;
  /** A process that is known to be, or to have been, in this session. */
  readonly member: ProcessIdentity;
  /** On the scale of start times; undefined while the member lives. */
  readonly memberEndedAtTicks: number | undefined;
}

/** Everything by which the processes of a service can be recognised. */
export interface SweepTarget {
  readonly service: string;
  readonly cgroups: readonly ServiceCgroup[];
  /** Tells whether a process with this marker belongs to it. */
  readonly owns: (marker: string) => boolean;
  readonly sessions: readonly KnownSession[];
  /** True when the cgroups hold everything that was started, so that /proc need not be searched. */
  readonly isContained: boolean;
  /** Nothing of the target started before this; 0 when that is not known. Spares the environments of all older processes. */
  readonly sinceTicks: number;
}

export interface SweepOptions {
  readonly table: ProcessTable;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const LONGEST_PAUSE_MS = 50;
/** From this round on members are frozen first, so that something that forks faster than it is killed cannot get away. */
const FREEZE_FROM_ROUND = 3;

/**
 * Kills all processes of the target and resolves with how many when nothing is found any more. A process that forks while
 * it is being killed is found in the next round. Rejects with StopTimeoutError when something outlives SIGKILL.
 */
export async function sweep(target: SweepTarget, { table, clock, timeoutMs }: SweepOptions): Promise<number> {
  const deadlineMs = clock.nowMs() + timeoutMs;
  const killed = new Set<string>();
  for (let round = 1, pauseMs = 1; ; round++, pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const populated = target.cgroups.filter((cgroup) => cgroup.isPopulated());
    const left = [...killInCgroups(populated, round), ...(await killOutside(target, table))];
    for (const key of left) killed.add(key);
    const isDone = left.length === 0 && populated.length === 0;
    const isOverdue = !isDone && clock.nowMs() >= deadlineMs;
    // Whoever enters next must not find it frozen.
    if (round >= FREEZE_FROM_ROUND && (isDone || isOverdue)) for (const cgroup of target.cgroups) cgroup.freeze(false);
    if (isDone) return killed.size;
    if (isOverdue) throw survivors({ target, left, timeoutMs });
    await new Promise<void>((resolve) => void clock.setTimer(pauseMs, resolve));
  }
}

function killInCgroups(cgroups: readonly ServiceCgroup[], round: number): string[] {
  return cgroups.flatMap((cgroup) => {
    if (round >= FREEZE_FROM_ROUND) cgroup.freeze(true);
    return cgroup.pids().flatMap((pid) => {
      const startTime = readStat(pid)?.startTime;
      return startTime === undefined ? [] : kill({ pid, startTime });
    });
  });
}

async function killOutside(target: SweepTarget, table: ProcessTable): Promise<string[]> {
  if (target.isContained && !target.sessions.some(hasGroup)) return [];
  return membersOf(target, await table.scan(target.sinceTicks)).map(kill);
}

/** One system call, to see whether a search of /proc is worth it. */
function hasGroup({ id }: KnownSession): boolean {
  try {
    process.kill(-id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Those of the processes that belong to the target: by marker, or by a session that is proven to be ours. */
export function membersOf(target: SweepTarget, entries: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const ours = new Set(target.sessions.filter((session) => isProven(session, entries)).map(({ id }) => id));
  return entries.filter(({ marker, session }) => (marker !== undefined && target.owns(marker)) || ours.has(session));
}

/**
 * A number is not given away again while a session of that number has members. So the session is ours while a known member
 * lives, and afterwards if one of its processes is older than that member's end: both were in it at the same time, because
 * a process has its session from its parent at birth.
 */
function isProven({ id, member, memberEndedAtTicks }: KnownSession, entries: readonly ProcessEntry[]): boolean {
  // Also true for a zombie, which still holds its number.
  const stat = readStat(member.pid);
  if (stat?.startTime === member.startTime) return stat.session === id;
  const ended = memberEndedAtTicks;
  return ended !== undefined && entries.some((entry) => entry.session === id && entry.startTime <= ended);
}

/** Kills a process if it is still the one that was seen. Returns what identifies it. */
function kill({ pid, startTime }: { pid: number; startTime: number }): string {
  if (readStat(pid)?.startTime === startTime) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone in between, or not ours to kill: then the deadline names it.
    }
  }
  return `${pid}:${startTime}`;
}

function survivors(about: { target: SweepTarget; left: readonly string[]; timeoutMs: number }): StopTimeoutError {
  const pids = about.left.map((key) => key.split(':')[0]).join(', ');
  return new StopTimeoutError(
    `cannot stop ${about.target.service}: process ${pids} did not end within ${about.timeoutMs} ms of SIGKILL`,
    { hint: 'it may wait for a disk or a network file system; its state is in /proc/PID/stack' },
  );
}
