import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, readSync } from 'node:fs';
import { TappetError } from '@tappet/core';
import { codeOf } from '../names/system-error.ts';
import type { LogFolder } from './log-folder.ts';

/** Owner and mode of a new log. */
export interface NewLog {
  readonly mode: number;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** A log that is open for appending. */
export interface OpenLog {
  readonly descriptor: number;
  readonly size: number;
  /** It is empty or ends with a newline. */
  readonly endsLine: boolean;
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
const FLAGS = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

/**
 * Opens a log for appending, or makes it. Never follows a link, never takes a file that has further names: through either root
 * would write into a file of somebody's choice. Throws ERR_CONFIG_UNSAFE for those, and what `open` throws.
 */
export function openLog(folder: LogFolder, { name, fresh }: { name: string; fresh: NewLog }): OpenLog {
  for (let attempt = 1; ; attempt++) {
    try {
      return checked(openSync(folder.of(name), FLAGS), `${folder.path}/${name}`);
    } catch (error) {
      if (codeOf(error) === 'ELOOP') throw refused(`${folder.path}/${name}`, 'it is a symbolic link');
      if (codeOf(error) !== 'ENOENT' || attempt > 3) throw error;
    }
    // The folder itself may have been removed and is made again.
    if (attempt > 1) folder.close();
    const descriptor = openNew(folder.of(name), fresh);
    if (descriptor !== undefined) return { descriptor, size: 0, endsLine: true };
  }
}

function checked(descriptor: number, path: string): OpenLog {
  const stat = fstatSync(descriptor);
  const reason = !stat.isFile()
    ? 'it is no regular file'
    : stat.nlink > 1
      ? `it has ${stat.nlink} hard links`
      : undefined;
  if (reason !== undefined) {
    closeSync(descriptor);
    throw refused(path, reason);
  }
  const last = new Uint8Array(1);
  const endsLine = stat.size === 0 || (readSync(descriptor, last, 0, 1, stat.size - 1) === 1 && last[0] === 10);
  return { descriptor, size: stat.size, endsLine };
}

function openNew(path: string, { mode, uid, gid }: NewLog): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, FLAGS | O_CREAT | O_EXCL, 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    // A folder that is gone: the next attempt makes it.
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    if (uid !== undefined || gid !== undefined) {
      const own = fstatSync(descriptor);
      fchownSync(descriptor, uid ?? own.uid, gid ?? own.gid);
    }
    fchmodSync(descriptor, mode);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return descriptor;
}

function refused(path: string, reason: string): TappetError {
  return new TappetError(`cannot write the log ${path}: ${reason}`, { code: 'ERR_CONFIG_UNSAFE' });
}
