import { closeSync, fstatSync, readSync, type Stats, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openStored } from './open-files.ts';
import { blocksOfStored } from './read-blocks.ts';
import type { StoredFile, StoredLog } from './stored-log.ts';

const POLL_MS = 100;
const CHUNK = 256 * 1024;

/** What following needs. */
export interface Following {
  /** Lists the log again. */
  readonly list: () => StoredLog | Promise<StoredLog>;
  readonly path: string;
  readonly signal: AbortSignal;
  /** The file of now, open, and where to begin in it; undefined: with whatever has the path. */
  readonly from?: { readonly descriptor: number; readonly end: number } | undefined;
}

/**
 * What is written to a log from a position on, through any number of rotations: by rename, by copying and emptying, with
 * compression. Ends when the signal aborts; closes the file it began with.
 */
export async function* followLog({ list, path, signal, from: begin }: Following): AsyncGenerator<Buffer, void> {
  let descriptor = begin?.descriptor ?? (await openWhenThere(path, signal));
  let position = begin?.end ?? 0;
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
        for (const file of filesBetween(own, { upTo, log: await list() })) yield* blocksOfStored(file);
        closeSync(descriptor);
        descriptor = next;
        position = 0;
      } else if (own.size < position) {
        // Emptied in place: what was not read yet is at the end of the copy.
        const [copy] = (await list()).archives;
        if (copy !== undefined) yield* rest(copy, position);
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

async function* rest(file: StoredFile, position: number): AsyncGenerator<Buffer, void> {
  if (!file.isCompressed) {
    yield* blocksOfStored(file, position);
    return;
  }
  let skip = position;
  for await (const block of blocksOfStored(file)) {
    const unseen = block.subarray(Math.min(skip, block.length));
    skip = Math.max(0, skip - block.length);
    if (unseen.length > 0) yield unseen;
  }
}

async function openWhenThere(path: string, signal: AbortSignal): Promise<number | undefined> {
  for (;;) {
    const descriptor = openStored(path);
    if (descriptor !== undefined) return descriptor;
    await pause(POLL_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
  }
}
