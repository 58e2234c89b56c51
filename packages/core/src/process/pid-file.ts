import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { ProcessIdentity } from './contract.ts';
import { cgroupOf } from './cgroup-tree.ts';
import { readIdentity, readStat } from './identity.ts';
import { markerOf } from './process-table.ts';

/** State of a pid file before a start, to tell afterwards whether it was written anew. */
export type PidFileStamp = string;

export function stampOf(file: string): PidFileStamp {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

export interface PidFileQuery {
  readonly file: string;
  readonly before: PidFileStamp;
  /** Directory of the cgroup that the service was started in. */
  readonly cgroup: string | undefined;
  readonly markerPrefix: string;
  /** Session made for the launcher; a daemon that did not leave it is ours. */
  readonly launcher: ProcessIdentity;
  /** User that the service runs as. */
  readonly uid: number;
}

/**
 * The process that the file names, if it can only be the service's own: a member of its cgroup or session, a bearer of its
 * marker, or else a process of its user, younger than the launcher, named by a file that was written during this start.
 * Otherwise the reason why it is not taken: a stale number may belong to an innocent process by now.
 */
export function readPidFile(query: PidFileQuery): ProcessIdentity | string {
  const pid = readPid(query);
  if (typeof pid === 'string') return pid;
  const identity = readIdentity(pid);
  if (identity === undefined) return `process ${pid}, named by ${query.file}, does not live`;
  return isOurs(identity, query) ? identity : `process ${pid}, named by ${query.file}, is not one of this service`;
}

function readPid({ file, uid }: PidFileQuery): number | string {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return `${file} cannot be read: ${(error as Error).message}`;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return `${file} is not a regular file`;
    if (stat.uid !== 0 && stat.uid !== uid && stat.uid !== process.getuid?.()) return `${file} belongs to another user`;
    if ((stat.mode & 0o002) !== 0) return `${file} may be written by everybody`;
    const buffer = Buffer.alloc(64);
    const text = buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0)).trim();
    const [, digits] = /^(\d{1,10})(\s|$)/.exec(text) ?? [];
    return digits === undefined || Number(digits) <= 1 ? `${file} holds no process id` : Number(digits);
  } finally {
    closeSync(fd);
  }
}

function isOurs(identity: ProcessIdentity, query: PidFileQuery): boolean {
  const { pid, startTime } = identity;
  const { cgroup, markerPrefix, launcher } = query;
  if (cgroup !== undefined) {
    const own = cgroupOf(pid);
    return own === cgroup || own?.startsWith(`${cgroup}/`) === true;
  }
  const marker = markerOf(pid);
  if (marker !== undefined) return marker.startsWith(markerPrefix);
  if (startTime < launcher.startTime) return false;
  if (readStat(pid)?.session === launcher.pid) return true;
  return stampOf(query.file) !== query.before && ownerOf(pid) === query.uid;
}

function ownerOf(pid: number): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
}
