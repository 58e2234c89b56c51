import { closeSync, constants, fchmodSync, fchownSync, openSync, renameSync } from 'node:fs';
import { toCivil, two } from '../decide/civil-time.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import type { AnchoredPaths } from './anchored-path.ts';
import { FileProblem, type Outcome } from './log-files.ts';

/** A file that was just made and is open for writing. */
export interface OutputFile extends Outcome {
  readonly descriptor: number;
}

/**
 * Makes a file for a copy. Nobody else can read it before mode and owner are right; a file that is in the way is
 * renamed to `NAME-YYYYMMDDHH.backup`.
 */
export function createOutput({
  paths,
  path,
  mode,
  uid,
  gid,
  nowMs,
}: {
  readonly paths: AnchoredPaths;
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nowMs: number;
}): OutputFile {
  const notes: Outcome['notes'][number][] = [];
  let descriptor: number;
  try {
    descriptor = openNew(paths.of(path));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST')
      throw new FileProblem(`error creating output file ${path}: ${reasonOf(error)}`, { cause: error });
    const backup = `${path}-${hourStamp(nowMs)}.backup`;
    notes.push({ level: 'error', message: `destination ${path} already exists, renaming to ${backup}` });
    try {
      renameSync(paths.of(path), paths.of(backup));
      descriptor = openNew(paths.of(path));
    } catch (cause) {
      throw new FileProblem(`error renaming already existing output file ${path} to ${backup}: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }
  setOwnership({ descriptor, path, mode, uid, gid });
  return { descriptor, notes };
}

/** Opens a file that must not exist yet, with no rights for anybody else. */
export function openNew(path: string | Buffer): number {
  return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
}

/** Owner first, then mode: a chown takes set-id bits away. Closes the file when it fails. */
export function setOwnership({
  descriptor,
  path,
  mode,
  uid,
  gid,
}: {
  readonly descriptor: number;
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}): void {
  try {
    giveAway({ descriptor, uid, gid });
    fchmodSync(descriptor, mode);
  } catch (error) {
    closeSync(descriptor);
    const octal = mode.toString(8).padStart(4, '0');
    throw new FileProblem(
      `error setting owner of ${path} to uid ${uid} and gid ${gid} and mode to ${octal}: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Ordinary users cannot give files away; theirs simply stay theirs. */
function giveAway({ descriptor, uid, gid }: { descriptor: number; uid: number; gid: number }): void {
  const self = process.geteuid?.();
  if (self === uid && process.getegid?.() === gid) return;
  try {
    fchownSync(descriptor, uid, gid);
  } catch (error) {
    if (self === 0 || codeOf(error) !== 'EPERM') throw error;
  }
}

function hourStamp(nowMs: number): string {
  const { year, month, day, hour } = toCivil(nowMs);
  return `${year}${two(month)}${two(day)}${two(hour)}`;
}
