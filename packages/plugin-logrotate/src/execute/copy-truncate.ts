import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, type Stats, statfsSync } from 'node:fs';
import { reasonOf } from '../names/system-error.ts';
import type { AnchoredPaths } from './anchored-path.ts';
import { runChild } from './child.ts';
import { copyBytes, copyBytesSync } from './copy-bytes.ts';
import { type Copying, FileProblem, type Outcome } from './log-files.ts';
import { openForUpdate } from './open-log.ts';
import { createOutput } from './output-file.ts';
import { isHeldOpen } from './open-files.ts';

/** Rounds of catching up with a writer before its log is cut whatever it adds. */
const ROUNDS = 8;

/**
 * Moves what a log holds into a new file while its writer goes on. The copy is on disk before anything is cut off.
 *
 * - Nobody writes: what is there is copied and the log is truncated.
 * - Somebody has it open or it grew meanwhile: whole blocks that are in the copy are taken out of the live file's front
 *   (`fallocate --collapse-range`), so no byte written in between can be lost; less than a block stays in the live
 *   file, and a line may continue from one file into the next.
 * - Where the file system cannot do that: the new tail is copied and the log is truncated in the same breath.
 */
export async function copyTruncate(paths: AnchoredPaths, { from, to, nowMs }: Copying): Promise<Outcome> {
  const source = openForUpdate(paths, from);
  try {
    const stat = fstatSync(source);
    const output = createOutput({ paths, path: to, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, nowMs });
    try {
      await move({ source, target: output.descriptor, path: from });
    } catch (error) {
      if (error instanceof FileProblem) throw error;
      throw new FileProblem(`error copying ${from} to ${to}: ${reasonOf(error)}`, { cause: error });
    } finally {
      closeSync(output.descriptor);
    }
    return { notes: output.notes };
  } finally {
    closeSync(source);
  }
}

interface Move {
  readonly source: number;
  readonly target: number;
  readonly path: string;
}

async function move({ source, target, path }: Move): Promise<void> {
  const before = fstatSync(source);
  let copied = await copyBytes({ from: source, to: target, start: 0 });
  fdatasyncSync(target);
  if (isBusy({ source, before, copied })) {
    for (let round = 0; round < ROUNDS && fstatSync(source).size - copied > before.blksize; round++) {
      copied = await copyBytes({ from: source, to: target, start: copied });
    }
    if (await collapse({ source, target, copied })) return;
  }
  // Node's first call of a function takes many times longer than the next ones: both are called once before they count.
  copied = copyBytesSync({ from: source, to: target, start: copied });
  ftruncateSync(target, copied);
  copyBytesSync({ from: source, to: target, start: copied });
  try {
    ftruncateSync(source, 0);
  } catch (error) {
    throw new FileProblem(`error truncating ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function isBusy({ source, before, copied }: { source: number; before: Stats; copied: number }): boolean {
  return (
    copied >= before.blksize && (copied !== before.size || fstatSync(source).size !== copied || isHeldOpen(before))
  );
}

/** True when the copied front is gone from the log, and only there; false when nothing was changed. */
async function collapse({
  source,
  target,
  copied,
}: {
  source: number;
  target: number;
  copied: number;
}): Promise<boolean> {
  const block = statfsSync(`/proc/self/fd/${source}`).bsize;
  const length = Math.floor(copied / block) * block;
  // The kernel refuses a range that reaches the end of the file: a block stays until the writer has added to it.
  const safe = fstatSync(source).size > length ? length : length - block;
  if (safe <= 0) return false;
  fdatasyncSync(target);
  const { code } = await runChild({
    command: 'fallocate',
    args: ['--collapse-range', '--offset', '0', '--length', String(safe), '/proc/self/fd/3'],
    stdio: ['ignore', 'ignore', 'ignore', source],
  });
  if (code !== 0) return false;
  ftruncateSync(target, safe);
  return true;
}
