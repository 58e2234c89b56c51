import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lets the calling thread step into a cgroup for a moment, so that what it forks there is born inside: no wrapper has to take it in,
 * and it is never outside. A thread that moves itself takes no system-wide lock (kernel/cgroup/cgroup.c, cgroup_procs_write_start).
 */
export interface CgroupVisits {
  /** Runs `work` with this thread inside, which must not be frozen. Undefined: the kernel refused, and `work` was not run. Throws what `work` throws. */
  during<Result>(directory: string, work: () => Result): { readonly result: Result } | undefined;
  /** True while the thread could not leave this cgroup again, which another attempt was just made for. */
  isStuckIn(directory: string): boolean;
  close(): void;
}

export interface CgroupVisitsOptions {
  /** Directory of the cgroup in which the threads of this process are. */
  readonly home: string;
  readonly files?: CgroupFiles;
}

/** The files of a cgroup. Each throws when the kernel refuses. */
export interface CgroupFiles {
  write(file: string | number, text: string): void;
  open(file: string): number;
  close(descriptor: number): void;
}

const kernel: CgroupFiles = {
  write: writeFileSync,
  open: (file) => openSync(file, 'w'),
  close: closeSync,
};

const ATTEMPTS = 3;

export function createCgroupVisits({ home, files = kernel }: CgroupVisitsOptions): CgroupVisits {
  let stuckIn: string | undefined;
  /** Kept open: the way home must not depend on a free descriptor. */
  let door: number | undefined;

  function isDone(file: string | number, text: string): boolean {
    try {
      files.write(file, text);
      return true;
    } catch {
      return false;
    }
  }

  function isDoorOpen(): boolean {
    try {
      door ??= files.open(join(home, 'cgroup.threads'));
      return true;
    } catch {
      return false;
    }
  }

  function goHome(from: string): void {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      stuckIn = door !== undefined && isDone(door, '0') ? undefined : from;
      if (stuckIn === undefined) return;
    }
  }

  return {
    during(directory, work) {
      if (!isDoorOpen() || !isDone(join(directory, 'cgroup.threads'), '0')) return undefined;
      try {
        return { result: work() };
      } finally {
        goHome(directory);
      }
    },
    isStuckIn(directory) {
      if (stuckIn === directory) goHome(directory);
      return stuckIn === directory;
    },
    close() {
      if (door !== undefined) files.close(door);
      door = undefined;
    },
  };
}
