import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { blocksOf } from './read-blocks.ts';
import type { StoredFile, StoredLog } from './stored-log.ts';

const POLL_MS = 100;
const CHUNK = 256 * 1024;

/** What following needs. */
export interface Following {
  /** Lists the log again. */
  readonly list: () => StoredLog | Promise<StoredLog>;
  readonly path: string;
  readonly signal: AbortSignal;
  /** Where to begin in the file of now. */
  readonly start: number;
}

/**
 * What is written to a log from a position on, through any number of rotations: by rename, by copying and emptying, with
 * compression. Ends when the signal aborts.
 */
export async function* followLog({ list, path, signal, start }: Following): AsyncGenerator<Buffer, void> {
  let descriptor = await openWhenThere(path, signal);
  let position = start;
  try {
    while (descriptor !== undefined && !signal.aborted) {
      const buffer = Buffer.allocUnsafe(CHUNK);
      const length = readSync(descriptor, buffer, 0, CHUNK, position);
      if (length > 0) {
        position += length;
        yield buffer.subarray(0, length);
        continue;
      }
      const own = fstatSync(descriptor);
      const named = statSync(path, { throwIfNoEntry: false });
      if (named !== undefined && named.ino !== own.ino) {
        // The rest may have been written between our read and the rename.
        if (fstatSync(descriptor).size > position) continue;
        const next = await openWhenThere(path, signal);
        const upTo = next === undefined ? undefined : fstatSync(next);
        for (const file of filesBetween(own, { upTo, log: await list() })) yield* blocksOf(file);
        closeSync(descriptor);
        descriptor = next;
        position = 0;
      } else if (own.size < position) {
        // Emptied in place: what was not read yet is at the end of the copy.
        const [copy] = (await list()).archives;
        if (copy !== undefined) yield* from(copy, position);
        position = 0;
      } else {
        await pause(POLL_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Old logs that came after one file and before another, which may have been rotated away by now, too. */
function filesBetween(own: Stats, { upTo, log }: { upTo: Stats | undefined; log: StoredLog }): readonly StoredFile[] {
  const { archives } = log;
  const oldest = archives.findIndex((file) => isSame(file, own));
  if (oldest <= 0) return [];
  const newest = upTo === undefined ? -1 : archives.findIndex((file) => isSame(file, upTo));
  return archives.slice(newest + 1, oldest).toReversed();
}

/** An old log is known by its inode, or when it was compressed by its time. */
function isSame({ path, modifiedMs }: StoredFile, stat: Stats): boolean {
  const isInode = statSync(path, { throwIfNoEntry: false })?.ino === stat.ino;
  return isInode || Math.abs(modifiedMs - stat.mtimeMs) < 0.01;
}

async function* from(file: StoredFile, position: number): AsyncGenerator<Buffer, void> {
  if (!file.isCompressed) {
    yield* blocksOf(file, position);
    return;
  }
  let skip = position;
  for await (const block of blocksOf(file)) {
    const rest = block.subarray(Math.min(skip, block.length));
    skip = Math.max(0, skip - block.length);
    if (rest.length > 0) yield rest;
  }
}

async function openWhenThere(path: string, signal: AbortSignal): Promise<number | undefined> {
  for (;;) {
    try {
      return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await pause(POLL_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
  }
}
