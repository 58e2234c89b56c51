import { writeSync } from 'node:fs';
import type { Clock, Timer } from '../clock.ts';
import { TappetError } from '../errors/index.ts';
import type { OutputSink } from '../hooks/events.ts';
import type { Logger } from '../log.ts';
import { sharedFilePool } from './file-pool.ts';
import { HeldBytes } from './held-bytes.ts';
import { sharedBudget } from './memory-budget.ts';
import { openForAppend, refuseFolderOf } from './safe-file.ts';

export interface FileSinkOptions {
  /** Absolute. Folders are made if need be. */
  readonly path: string;
  /** The `resume` of the `onOutput` payload. This sink never asks for a pause, since a full disk must not stop a service. */
  readonly resume: () => void;
  readonly log: Logger;
  readonly clock: Clock;
  /** Permissions of a new file. Default 0o640. */
  readonly mode?: number;
  /** Owner of a new file. Default: who runs the supervisor. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Most bytes held back for this file while it cannot be written; all sinks together hold at most 8 MiB. Default 8 MiB. */
  readonly maxQueuedBytes?: number;
  /** Id of the service's user: as root a folder that this user may change is refused with ERR_CONFIG_UNSAFE. */
  readonly untrustedUid?: number;
}

/** A sink that appends to a file. */
export interface FileSink extends OutputSink {
  readonly path: string;
  /** Opens the file of this name again (after a rename). The old one stays in use, and ERR_STORE_IO is thrown, if it cannot. */
  reopen(): void;
  close(): void;
}

const RETRY_MS = 250;
const DEFAULT_QUEUE = 8 * 1024 * 1024;

/**
 * Appends the bytes as they come, synchronously. While the file cannot be written (disk full, folder missing) bytes are held
 * back and tried again each 250 ms; what exceeds the budget is dropped, and a line in the file says how much.
 */
export function fileSink(options: FileSinkOptions): FileSink {
  const { path, log, clock, mode = 0o640, owner, untrustedUid } = options;
  if (untrustedUid !== undefined) refuseFolderOf({ uid: untrustedUid, path });
  const held = new HeldBytes(sharedBudget, options.maxQueuedBytes ?? DEFAULT_QUEUE);
  let fd: number | undefined;
  let retry: Timer | undefined;
  let isFailing = false;

  /** Writes what it can; the number of bytes written. */
  function attempt(chunk: Uint8Array): number {
    let written = 0;
    try {
      fd ??= open();
      while (written < chunk.length) written += writeSync(fd, chunk, written, chunk.length - written);
    } catch (error) {
      complain(error as Error);
    }
    return written;
  }

  function open(): number {
    return sharedFilePool.open(
      () => openForAppend({ path, mode, owner }),
      () => (fd = undefined),
    );
  }

  function complain(error: Error): void {
    if (!isFailing) log.warn({ path, error: error.message }, `cannot write ${path}: ${error.message}`);
    isFailing = true;
  }

  function flush(): void {
    const { dropped } = held;
    held.flush(attempt);
    if (!held.isEmpty) return;
    isFailing = false;
    log.info({ path, dropped }, `${path} can be written again, ${dropped} bytes dropped`);
  }

  function schedule(): void {
    retry ??= clock.setTimer(RETRY_MS, () => {
      retry = undefined;
      flush();
      if (!held.isEmpty) schedule();
    });
  }

  return {
    path,
    write(chunk) {
      const written = held.isEmpty ? attempt(chunk) : 0;
      if (written === chunk.length) return true;
      held.hold(chunk.subarray(written));
      schedule();
      return true;
    },
    reopen() {
      let fresh: number;
      try {
        fresh = open();
      } catch (cause) {
        throw new TappetError(`cannot reopen ${path}: ${(cause as Error).message}`, { code: 'ERR_STORE_IO', cause });
      }
      if (fd !== undefined) sharedFilePool.close(fd);
      fd = fresh;
      if (!held.isEmpty) flush();
    },
    close() {
      retry?.cancel();
      if (!held.isEmpty) flush();
      held.clear();
      if (fd !== undefined) sharedFilePool.close(fd);
      fd = undefined;
    },
  };
}
