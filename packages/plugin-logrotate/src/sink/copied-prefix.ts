import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename } from 'node:path';
import { copyBytes } from '../execute/copy-bytes.ts';
import { openNew, setOwnership } from '../execute/output-file.ts';
import { codeOf } from '../names/system-error.ts';
import type { LogFolder } from './log-folder.ts';

/** A log and where its old ones go. */
export interface EmptiedLog {
  readonly folder: LogFolder;
  readonly log: string;
  readonly archives: LogFolder;
}

/** A log that keeps its inode (`copytruncate`): its content becomes an old log, `rest` becomes its content. */
export interface Emptying extends EmptiedLog {
  readonly descriptor: number;
  /** Name of the copy. */
  readonly target: string;
  /** What was read from the pipe and belongs after the copied bytes. */
  readonly rest: Uint8Array;
  /** Size, mode and owner of the log. */
  readonly like: { readonly size: number; readonly mode: number; readonly uid: number; readonly gid: number };
}

/** The rest while the copy is made, then while the log is emptied: the new name is the decision. */
const keptName = (log: string): string => `.${log}.tappet-kept`;
const restName = (log: string): string => `.${log}.tappet-rest`;
const copyName = (log: string): string => `.${log}.tappet-copy`;

/**
 * Copies the log and empties it. Whenever the supervisor dies, {@link finishEmptying} undoes or completes it, and no byte is lost
 * or there twice: until the rest gets its second name everything is undone, from then on completed.
 */
export async function emptyByCopy(emptying: Emptying): Promise<void> {
  const { folder, log, descriptor, archives, target, rest, like } = emptying;
  writeKept({ folder, log, target, rest, size: like.size });
  const copy = archives.of(copyName(log));
  removeIfThere(copy);
  try {
    const output = openNew(copy);
    try {
      setOwnership({ descriptor: output, path: copy, ...like });
      await copyBytes({ from: descriptor, to: output, start: 0 });
    } finally {
      closeSync(output);
    }
  } catch (error) {
    removeIfThere(copy);
    removeIfThere(folder.of(keptName(log)));
    throw error;
  }
  renameSync(folder.of(keptName(log)), folder.of(restName(log)));
  complete({ folder, log, descriptor, archives });
}

/** Completes or undoes what a killed supervisor began. */
export function finishEmptying({ folder, log, archives }: EmptiedLog): void {
  removeIfThere(folder.of(`${keptName(log)}.new`));
  const isDecided = folder.stat(restName(log)) !== undefined;
  const isBegun = folder.stat(keptName(log)) !== undefined;
  if (!isDecided) removeIfThere(archives.of(copyName(log)));
  if (!isDecided && !isBegun) return;
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(folder.of(log), flags);
  try {
    if (isDecided) complete({ folder, log, descriptor, archives });
    else undo({ folder, log, descriptor });
  } finally {
    closeSync(descriptor);
  }
}

function writeKept({
  folder,
  log,
  target,
  rest,
  size,
}: Pick<Emptying, 'folder' | 'log' | 'target' | 'rest'> & { size: number }): void {
  const name = `${keptName(log)}.new`;
  removeIfThere(folder.of(name));
  const output = openNew(folder.of(name));
  try {
    writeAll(output, Buffer.concat([Buffer.from(`${JSON.stringify({ target, size })}\n`), rest]));
  } finally {
    closeSync(output);
  }
  renameSync(folder.of(name), folder.of(keptName(log)));
}

/** Every step may have been done before. */
function complete({ folder, log, descriptor, archives }: EmptiedLog & { descriptor: number }): void {
  const { target, rest } = readKept(folder.of(restName(log)));
  if (archives.stat(copyName(log)) !== undefined) renameSync(archives.of(copyName(log)), archives.of(target));
  ftruncateSync(descriptor, 0);
  writeAll(descriptor, rest);
  unlinkSync(folder.of(restName(log)));
}

function undo({ folder, log, descriptor }: Omit<EmptiedLog, 'archives'> & { descriptor: number }): void {
  const { size, rest } = readKept(folder.of(keptName(log)));
  ftruncateSync(descriptor, size);
  writeAll(descriptor, rest);
  unlinkSync(folder.of(keptName(log)));
}

/**
 * Written by writeKept above, complete or not there at all. Where the folder is somebody else's (`su`), so may be what lies there under
 * this name: only a file of our own is believed, and no target outside of the folder.
 */
function readKept(path: string): { target: string; size: number; rest: Uint8Array } {
  const input = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(input);
    const isOurs = stat.isFile() && stat.nlink === 1 && stat.uid === process.geteuid?.();
    if (!isOurs) throw new Error(`${basename(path)} was not written by the supervisor`);
    const saved = readFileSync(input);
    const head = saved.indexOf(10);
    const { target, size } = JSON.parse(saved.toString('utf8', 0, head)) as { target: string; size: number };
    if (basename(target) !== target) throw new Error(`${basename(path)} names a file elsewhere`);
    return { target, size, rest: saved.subarray(head + 1) };
  } finally {
    closeSync(input);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
