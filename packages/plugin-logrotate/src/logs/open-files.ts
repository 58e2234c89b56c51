import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../names/system-error.ts';
import type { StoredFile, StoredLog } from './stored-log.ts';

const NEWLINE = 10;
const STEP = 64 * 1024;
/** A log that is rotated faster than its files can be opened is read as well as it can be. */
const MOST_ATTEMPTS = 5;

/** A file of a log, open. */
export interface OpenFile {
  readonly path: string;
  readonly isCompressed: boolean;
  readonly descriptor: number;
  /** Where it ended when it was opened, in bytes of the file as it is. */
  readonly end: number;
}

/** The files of a log as they were at one moment, whatever is renamed, compressed or removed afterwards. */
export interface OpenLogFiles {
  /** Oldest first. */
  readonly old: readonly OpenFile[];
  /** The one being written. */
  readonly current: OpenFile | undefined;
}

/**
 * Opens the files that are wanted. They were listed a moment ago: when one is not the one it was, they are listed again.
 * `wholeLines`: the file being written ends with its last whole line.
 */
export async function openLogFiles(
  listed: StoredLog,
  {
    isWanted,
    latest,
    wholeLines,
  }: {
    readonly isWanted: (file: StoredFile) => boolean;
    readonly latest: () => Promise<StoredLog>;
    readonly wholeLines: boolean;
  },
): Promise<OpenLogFiles> {
  let log = listed;
  for (let attempt = 1; ; attempt++) {
    const old = log.archives.toReversed().filter(isWanted).map(open);
    const last = log.current === undefined ? undefined : open(log.current);
    const there = old.filter((file) => file !== 'changed');
    const current = last === 'changed' || last === undefined ? undefined : last;
    if ((there.length === old.length && last !== 'changed') || attempt === MOST_ATTEMPTS) {
      return { old: there, current: current === undefined || !wholeLines ? current : wholeLinesOf(current) };
    }
    closeFiles({ old: there, current });
    log = await latest();
  }
}

/** To be called when they have been read. */
export function closeFiles({ old, current }: OpenLogFiles): void {
  for (const { descriptor } of old) closeSync(descriptor);
  if (current !== undefined) closeSync(current.descriptor);
}

function open({ path, isCompressed, inode }: StoredFile): OpenFile | 'changed' {
  const descriptor = openStored(path);
  if (descriptor === undefined) return 'changed';
  const { ino, size } = fstatSync(descriptor);
  if (ino === inode) return { path, isCompressed, descriptor, end: size };
  closeSync(descriptor);
  return 'changed';
}

/** Opens a file of a log, never through a link; undefined when it is not there any more. */
export function openStored(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function wholeLinesOf(file: OpenFile): OpenFile {
  return { ...file, end: lineEnd(file.descriptor, file.end) };
}

/** The end of the last whole line before a position. */
function lineEnd(descriptor: number, position: number): number {
  const buffer = Buffer.allocUnsafe(STEP);
  for (let end = position; end > 0;) {
    const start = Math.max(0, end - STEP);
    const length = readSync(descriptor, buffer, 0, end - start, start);
    const newline = buffer.subarray(0, length).lastIndexOf(NEWLINE);
    if (newline !== -1) return start + newline + 1;
    end = start;
  }
  return 0;
}
