import { closeSync, constants, fstatSync, openSync, renameSync } from 'node:fs';
import { type Clock, type ConsoleWriter, consoleWriter } from '@tappet/core';

/** How a detached daemon learns where its log is; taken out of its environment as soon as it is read. */
export const LOG_VARIABLE = 'TAPPET_DAEMON_LOG';

/** The runtime directory is often in memory, and services without a log of their own write here too. */
const LIMIT_BYTES = 8 * 1024 * 1024;

/** Opens the log of a detached daemon for appending, for its owner alone. */
export function openLog(path: string): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
}

/** Writes to a log that never takes more than twice the limit: at the limit it becomes `<path>.1`, in place of the one before. */
export function detachedLog({
  path,
  clock,
  limitBytes = LIMIT_BYTES,
}: {
  path: string;
  clock: Clock;
  limitBytes?: number;
}): ConsoleWriter {
  let fd = openLog(path);
  let writer = consoleWriter({ fd, clock });
  let bytes = fstatSync(fd).size;
  let droppedBefore = 0;

  function close(): void {
    writer.close();
    droppedBefore += writer.dropped;
    closeSync(fd);
  }

  function startAnew(): void {
    try {
      renameSync(path, `${path}.1`);
      const next = openLog(path);
      close();
      fd = next;
      writer = consoleWriter({ fd, clock });
    } catch {
      // Somebody removed the folder or the disk is full: the old file goes on, and this is tried again a limit later.
    }
    bytes = 0;
  }

  return {
    get dropped() {
      return droppedBefore + writer.dropped;
    },
    write(text) {
      writer.write(text);
      bytes += text.length;
      if (bytes >= limitBytes) startAnew();
    },
    close,
  };
}
