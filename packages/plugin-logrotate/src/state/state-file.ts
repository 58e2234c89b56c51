import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { type CivilTime, daysBetween } from '../decide/civil-time.ts';
import type { Reporter } from '../language/report.ts';
import { fromBytes, toBytes, toPath } from '../names/byte-text.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import { parseState, renderState, type StateEntries } from './state-text.ts';

/** Names that were not met for longer are forgotten. */
const FORGET_AFTER_DAYS = 365;
/** A larger file is none of ours. */
const LARGEST = 64 * 1024 * 1024;

/** What reading the state gave. */
export interface StateReading {
  readonly entries: Map<string, CivilTime>;
  /** The file was there but wrong: the run goes on and fails in the end. */
  readonly hasFailed: boolean;
}

/** Reads the state file; a missing one is an empty state. Never waits on a named pipe. */
export function readStateFile(path: string, report: Reporter): StateReading {
  report({ level: 'debug', message: `Reading state from file: ${path}` });
  let descriptor: number;
  try {
    descriptor = openSync(toPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT';
    const message = isMissing
      ? `state file ${path} does not exist`
      : `error opening state file ${path}: ${reasonOf(error)}`;
    report({ level: isMissing ? 'debug' : 'error', message });
    return { entries: new Map(), hasFailed: !isMissing };
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return { entries: new Map(), hasFailed: false };
    if (stat.size > LARGEST) throw new Error('file too large');
    const { entries, problem } = parseState(fromBytes(readFileSync(descriptor)), path);
    if (problem !== undefined) report({ level: 'error', message: problem });
    return { entries, hasFailed: problem !== undefined };
  } catch (error) {
    report({ level: 'error', message: `error reading state file ${path}: ${reasonOf(error)}` });
    return { entries: new Map(), hasFailed: true };
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Replaces the state file: a new file is written beside it, flushed and renamed over it, so that no reader and no crash ever
 * sees half of it. Owner and mode stay, except that others lose the right to read. Anything but a regular file is left alone.
 * False when it failed; the reason was reported.
 */
export function writeStateFile(
  path: string,
  { entries, report }: { readonly entries: StateEntries; readonly report: Reporter },
): boolean {
  const old = statSync(toPath(path), { throwIfNoEntry: false });
  if (old !== undefined && !old.isFile()) return true;
  const temporary = `${path}.tmp`;
  try {
    unlinkIfThere(temporary);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const descriptor = openSync(toPath(temporary), flags, 0o600);
    try {
      writeFileSync(descriptor, toBytes(renderState(entries)));
      takeOver(descriptor, old);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(toPath(temporary), toPath(path));
    return true;
  } catch (error) {
    removeLeftover(temporary);
    report({ level: 'error', message: `error creating temp state file ${temporary}: ${reasonOf(error)}` });
    return false;
  }
}

/** The entries worth keeping: those met in this run, and others for a year. */
export function keptEntries(
  entries: StateEntries,
  { met, now }: { readonly met: ReadonlySet<string>; readonly now: CivilTime },
): Map<string, CivilTime> {
  return new Map([...entries].filter(([name, time]) => met.has(name) || daysBetween(time, now) <= FORGET_AFTER_DAYS));
}

/** The failure that led here is the one to report. */
function removeLeftover(path: string): void {
  try {
    unlinkIfThere(path);
  } catch {
    // It could not even be removed; the next run will say so.
  }
}

function takeOver(descriptor: number, old: Stats | undefined): void {
  if (old !== undefined && (old.uid !== process.geteuid?.() || old.gid !== process.getegid?.())) {
    try {
      fchownSync(descriptor, old.uid, old.gid);
    } catch (error) {
      if (codeOf(error) !== 'EPERM') throw error;
    }
  }
  fchmodSync(descriptor, old === undefined ? 0o640 : old.mode & 0o7777 & ~0o004);
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(toPath(path));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
