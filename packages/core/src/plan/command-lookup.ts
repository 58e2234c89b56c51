import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PathKind } from './check-system.ts';

/**
 * The executable that a command means, as execvp(3) finds it: with a slash the path itself, relative to the folder; else the first
 * executable file of that name in PATH, an empty entry being the folder. Undefined when there is none.
 */
export function findCommand(
  command: string,
  { path, cwd }: { readonly path: string | undefined; readonly cwd: string },
): string | undefined {
  const candidates = command.includes('/')
    ? [resolve(cwd, command)]
    : (path ?? DEFAULT_PATH).split(':').map((folder) => resolve(cwd, folder, command));
  return candidates.find(isExecutableFile);
}

/** What stands at a path, links followed; undefined when nothing does or it cannot be seen. */
export function pathKind(path: string): PathKind | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
  } catch {
    return undefined;
  }
}

/** Where execvp looks when PATH is not set (glibc, confstr(_CS_PATH)). */
const DEFAULT_PATH = '/bin:/usr/bin';

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
