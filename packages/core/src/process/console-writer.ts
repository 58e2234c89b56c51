import { openSync, constants, fstatSync, writeSync } from 'node:fs';
import type { Clock, Timer } from '../clock.ts';
import { HeldBytes } from './held-bytes.ts';
import { memoryBudget } from './memory-budget.ts';

/** Writes to a terminal, pipe or file that may be slow, full or gone at any time. */
export interface ConsoleWriter {
  write(bytes: Uint8Array | string): void;
  /** Bytes that nobody took. */
  readonly dropped: number;
  close(): void;
}

const RETRY_MS = 50;
const LONGEST_QUEUE = 1024 * 1024;

/**
 * A writer for one of our own descriptors. Never throws and never blocks: bytes for a slow reader wait in 1 MiB of memory,
 * and what is beyond, or meets a closed pipe or a full disk, is dropped and counted.
 */
export function consoleWriter({ fd, clock }: { fd: number; clock: Clock }): ConsoleWriter {
  const target = reopenNonBlocking(fd);
  const held = new HeldBytes(memoryBudget(LONGEST_QUEUE), LONGEST_QUEUE);
  let retry: Timer | undefined;
  let dropped = 0;

  function attempt(chunk: Uint8Array): number {
    let written = 0;
    try {
      while (written < chunk.length) written += writeSync(target, chunk, written, chunk.length - written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return written;
      dropped += chunk.length - written;
      return chunk.length;
    }
    return written;
  }

  function schedule(): void {
    retry ??= clock.setTimer(RETRY_MS, () => {
      retry = undefined;
      held.flush(attempt);
      if (!held.isEmpty) schedule();
    });
  }

  return {
    get dropped() {
      return dropped + held.dropped;
    },
    write(bytes) {
      const chunk = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      const written = held.isEmpty ? attempt(chunk) : 0;
      if (written === chunk.length) return;
      held.hold(chunk.subarray(written));
      schedule();
    },
    close() {
      held.flush(attempt);
      held.clear();
      retry?.cancel();
    },
  };
}

/**
 * A pipe or terminal opened anew through /proc has its own flags, so O_NONBLOCK does not reach whoever else writes there.
 * Where that is not possible (a socket, a terminal of another user) the descriptor is used as it is.
 */
function reopenNonBlocking(fd: number): number {
  try {
    if (fstatSync(fd).isFile()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
}
