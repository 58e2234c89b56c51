import { closeSync } from 'node:fs';
import { fileAllowance } from './descriptors.ts';

/** Keeps the number of open log files below what the limit on descriptors allows. */
export interface FilePool {
  /**
   * Opens through the pool. Beyond the limit, or when the system has no descriptor left, the file that was opened first is closed, and
   * its owner told. Throws what `open` throws.
   */
  open(open: () => number, onEvicted: () => void): number;
  /** Nobody takes this file away any more, until it is closed. */
  hold(fd: number): void;
  close(fd: number): void;
}

export function filePool(allowance: () => number): FilePool {
  const owners = new Map<number, () => void>();

  /** False: there is nothing to close. */
  function evict(): boolean {
    const [oldest] = owners;
    if (oldest === undefined) return false;
    const [fd, tell] = oldest;
    owners.delete(fd);
    closeSync(fd);
    tell();
    return true;
  }

  function openWithRoom(open: () => number): number {
    try {
      return open();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EMFILE' || !evict()) throw error;
      return open();
    }
  }

  return {
    open(open, onEvicted) {
      if (owners.size >= allowance()) evict();
      const fd = openWithRoom(open);
      owners.set(fd, onEvicted);
      return fd;
    },
    hold: (fd) => void owners.delete(fd),
    close(fd) {
      owners.delete(fd);
      closeSync(fd);
    },
  };
}

let known: number | undefined;

/** One for the whole process, since the limit is. */
export const sharedFilePool: FilePool = filePool(() => (known ??= fileAllowance()));
