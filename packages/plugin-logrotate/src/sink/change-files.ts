import { renameSync, rmSync } from 'node:fs';
import { sharedFilePool } from '@tappet/core';
import type { LogFolder } from './log-folder.ts';
import type { LogWriter } from './log-writer.ts';
import type { OpenLog } from './open-log.ts';

/** A log whose file is replaced by the next one. */
export interface ChangingLog {
  readonly folder: LogFolder;
  readonly log: string;
  /** Gives the file that is full another name. */
  readonly putAway: () => void;
}

const nextName = (log: string): string => `.${log}.tappet-next`;

/**
 * The next file gets its first bytes before anything is renamed: nothing that was read is only in memory while that takes its
 * time. A supervisor that is killed in between leaves the next file under its hidden name, and {@link finishChange} goes on.
 */
export function changeFiles(
  { folder, log, putAway }: ChangingLog,
  { writer, rest }: { writer: LogWriter; rest: Uint8Array },
): void {
  let next: OpenLog | undefined;
  try {
    next = writer.begin(nextName(log), rest);
    putAway();
  } catch (error) {
    if (next !== undefined) sharedFilePool.close(next.descriptor);
    // Half a beginning must not be taken for one.
    rmSync(folder.of(nextName(log)), { force: true });
    throw error;
  }
  renameSync(folder.of(nextName(log)), folder.of(log));
  writer.follow(next);
}

/** A supervisor was killed while it changed files. */
export function finishChange({ folder, log, putAway }: ChangingLog): void {
  if (folder.stat(nextName(log)) === undefined) return;
  if (folder.stat(log) !== undefined) putAway();
  renameSync(folder.of(nextName(log)), folder.of(log));
}
