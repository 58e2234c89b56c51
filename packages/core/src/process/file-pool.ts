import { closeSync } from 'node:fs';
import { fileAllowance } from './descriptors.ts';

/** Keeps the number of open log files below what the limit on descriptors allows. */
export interface FilePool {
  /** Opens through the pool: beyond the limit the file that was opened first is closed, and its owner told. */
  open(open: () => number, onEvicted: () => void): number;
  close(fd: number): void;
}

export function filePool(allowance: () => number): FilePool {
  const owners = new Map<number, () => void>();
  return {
    open(open, onEvicted) {
      const [oldest] = owners;
      if (oldest !== undefined && owners.size >= allowance()) {
        const [fd, tell] = oldest;
        owners.delete(fd);
        closeSync(fd);
        tell();
      }
      const fd = open();
      owners.set(fd, onEvicted);
      return fd;
    },
    close(fd) {
      owners.delete(fd);
      closeSync(fd);
    },
  };
}

let known: number | undefined;

/** One for the whole process, since the limit is. */
export const sharedFilePool: FilePool = filePool(() => (known ??= fileAllowance()));
