import { readFileSync } from 'node:fs';
import type { ProcessIdentity } from './contract.ts';

/** What /proc/PID/stat says that a supervisor needs (proc(5)). */
export interface ProcessStat {
  readonly pid: number;
  /** `Z` and `X` are dead already. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks since boot. */
  readonly startTime: number;
}

/** The identity of a living process, or undefined when there is none of this number (a zombie counts as gone). */
export function readIdentity(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined || isDead(stat) ? undefined : { pid, startTime: stat.startTime, bootId: bootId() };
}

/** True while exactly this process lives: same number, same start time, same boot, and not a zombie. */
export function isAlive(identity: ProcessIdentity): boolean {
  return livingStat(identity) !== undefined;
}

/** The stat of a process, if it is still the one that the identity names. */
export function livingStat(identity: ProcessIdentity): ProcessStat | undefined {
  if (identity.bootId !== bootId()) return undefined;
  const stat = readStat(identity.pid);
  return stat !== undefined && stat.startTime === identity.startTime && !isDead(stat) ? stat : undefined;
}

/** /proc/PID/stat, or undefined when there is no such process. */
export function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Reads one line of /proc/PID/stat; undefined when it is not one. The name in parentheses may hold anything. */
export function parseStat(line: string): ProcessStat | undefined {
  const open = line.indexOf(' (');
  const close = line.lastIndexOf(') ');
  if (open === -1 || close < open) return undefined;
  const [state, parent, group, session, ...rest] = line.slice(close + 2).split(' ');
  const numbers = [line.slice(0, open), parent, group, session, rest[15]].map(wholeNumber);
  const [pid, ppid, pgrp, sid, startTime] = numbers;
  if (state === undefined || pid === undefined || ppid === undefined || pgrp === undefined) return undefined;
  if (sid === undefined || startTime === undefined) return undefined;
  return { pid, state, parent: ppid, group: pgrp, session: sid, startTime };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

export function isDead(stat: ProcessStat): boolean {
  return stat.state === 'Z' || stat.state === 'X' || stat.state === 'x';
}

let knownBootId: string | undefined;

/** What distinguishes this boot of the machine from every other. */
export function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return knownBootId;
}

/** The kernel counts process times in units of 1/USER_HZ, which is 100 on every Linux that Node runs on (time(7)). */
const TICKS_PER_SECOND = 100;

/** Clock ticks since boot, on the scale of {@link ProcessStat.startTime}. */
export function ticksNow(): number {
  return Math.floor(Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * TICKS_PER_SECOND);
}

/** How long ago a process with this start time was started. */
export function ageMs(startTime: number): number {
  return Math.max(0, ((ticksNow() - startTime) * 1000) / TICKS_PER_SECOND);
}
