import { constants, openSync } from 'node:fs';
import { reasonOf } from '../names/system-error.ts';
import type { AnchoredPaths } from './anchored-path.ts';
import { FileProblem } from './log-files.ts';

/** Opens a log for writing, but never through a link. */
export function openForUpdate(paths: AnchoredPaths, path: string): number {
  try {
    return openSync(paths.of(path), constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new FileProblem(`error opening ${path}: ${reasonOf(error)}`, { cause: error });
  }
}
