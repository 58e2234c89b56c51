import { closeSync, readSync } from 'node:fs';
import type { Clock, Timer } from '../clock.ts';
import type { PipeReader, PipeReaderOptions } from './pipe-reader.ts';
import { openPipeForReading } from './pipes.ts';

/** Reads pipes one after the other with a single descriptor, for a machine that does not allow one for each. */
export interface TurnReaders {
  open(options: PipeReaderOptions): PipeReader;
  close(): void;
}

/** 64 KiB wait in each pipe, so this allows 640 KB/s and service. */
const PERIOD_MS = 100;
/** Bytes from one pipe in one turn, so that a flood does not keep the others waiting. */
const LONGEST_TURN = 1024 * 1024;

export function createTurnReaders(clock: Clock): TurnReaders {
  const readers = new Set<() => void>();
  const buffer = new Uint8Array(64 * 1024);
  let timer: Timer | undefined;

  function schedule(): void {
    if (timer !== undefined || readers.size === 0) return;
    timer = clock.setTimer(PERIOD_MS, () => {
      timer = undefined;
      for (const read of readers) read();
      schedule();
    });
  }

  return {
    open({ path, onChunk, onEnd }) {
      let isPaused = false;
      const read = (): void => {
        if (isPaused || !readers.has(read)) return;
        const hasEnded = readOnce({ path, buffer, take: (chunk) => !(isPaused = !onChunk(chunk)) });
        if (!hasEnded || !readers.delete(read)) return;
        onEnd();
      };
      readers.add(read);
      schedule();
      return {
        pause: () => void (isPaused = true),
        resume: () => void (isPaused = false),
        close: () => void readers.delete(read),
      };
    },
    close() {
      readers.clear();
      timer?.cancel();
    },
  };
}

/** True when the pipe has no writer any more and is empty. */
function readOnce(turn: { path: string; buffer: Uint8Array; take: (chunk: Uint8Array) => boolean }): boolean {
  let fd: number;
  try {
    fd = openPipeForReading(turn.path);
  } catch {
    return false;
  }
  try {
    for (let total = 0; total < LONGEST_TURN;) {
      const length = readSync(fd, turn.buffer, 0, turn.buffer.length, null);
      if (length === 0) return true;
      total += length;
      if (!turn.take(turn.buffer.subarray(0, length))) return false;
    }
    return false;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}
