import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { RotationRules } from '../language/rules.ts';
import { archivesOf } from '../sink/archives.ts';
import type { StoredFile, StoredLog } from './stored-log.ts';

/** The files of a log as they are now. */
export function listLog(
  { service, stream, path }: Pick<StoredLog, 'service' | 'stream' | 'path'>,
  rules: RotationRules,
): StoredLog {
  const folder = rules.oldDir === undefined ? dirname(path) : resolve(dirname(path), rules.oldDir);
  const archives = archivesOf(basename(path), { rules, listing: namesIn(folder) }).flatMap(
    ({ name, isCompressed }) => storedFile(join(folder, name), isCompressed) ?? [],
  );
  const current = storedFile(path, false);
  return { service, stream, path, archives, ...(current === undefined ? {} : { current }) };
}

function storedFile(path: string, isCompressed: boolean): StoredFile | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return undefined;
  return { path, bytes: stat.size, modifiedMs: stat.mtimeMs, isCompressed, inode: stat.ino };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
