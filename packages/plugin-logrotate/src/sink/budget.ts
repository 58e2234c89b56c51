import { archivesOf } from './archives.ts';
import type { LogFile } from './log-file.ts';

/** An old log and what it takes. */
export interface StoredArchive {
  readonly file: LogFile;
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly isCompressed: boolean;
}

/** Old logs of one log, newest first. */
export function storedArchives(file: LogFile): StoredArchive[] {
  const { old, name: log, settings } = file;
  const { folder } = old;
  return archivesOf(log, { rules: settings.rules, listing: folder.list() }).flatMap(({ name, isCompressed }) => {
    const stat = folder.stat(name);
    if (stat === undefined) return [];
    const path = `${folder.path}/${name}`;
    return [{ file, name, path, bytes: stat.size, modifiedMs: stat.mtimeMs, isCompressed }];
  });
}

/** Removes old logs, the oldest of all first, until all logs together are within the budget. */
export function keepBudget(files: readonly LogFile[], budget: number): void {
  const archives = files.flatMap(storedArchives).sort((a, b) => a.modifiedMs - b.modifiedMs);
  let bytes = archives.reduce((sum, archive) => sum + archive.bytes, 0);
  for (const { folder, name } of files) bytes += folder.stat(name)?.size ?? 0;
  for (const { file, name, bytes: own } of archives) {
    if (bytes <= budget) return;
    file.old.remove(name);
    bytes -= own;
  }
}
