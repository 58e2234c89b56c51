import { constants, fchownSync, fchmodSync, lstatSync, mkdirSync, openSync, closeSync } from 'node:fs';
import { dirname, parse } from 'node:path';
import { TappetError } from '../errors/index.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

export interface AppendFile {
  readonly path: string;
  /** Permissions of a new file. */
  readonly mode: number;
  /** Owner of a new file; undefined: who runs the supervisor. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Opens a log file for appending, makes it and its folder if need be. Never follows a symbolic link at the end of the path
 * and never waits for the reader of a pipe. Throws what `open` throws.
 */
export function openForAppend({ path, mode, owner }: AppendFile): number {
  const flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  for (let attempt = 1; ; attempt++) {
    try {
      return openSync(path, flags);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt > 3) throw error;
    }
    mkdirSync(dirname(path), { recursive: true });
    const fd = openNew(path, flags | O_CREAT | O_EXCL);
    if (fd === undefined) continue;
    try {
      fchmodSync(fd, mode);
      if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return fd;
  }
}

function openNew(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}

/**
 * Throws when root would write a file in a folder that this user could rearrange: through a link put there in time, root
 * would write anywhere. Folders that do not exist yet will be made by root and are fine.
 */
export function refuseFolderOf({ uid, path }: { uid: number; path: string }): void {
  if (process.getuid?.() !== 0 || uid === 0) return;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    const isSticky = stat !== undefined && (stat.mode & 0o1000) !== 0 && stat.uid === 0;
    const isForeign = stat !== undefined && (stat.uid === uid || (!isSticky && (stat.mode & 0o002) !== 0));
    if (isForeign) {
      throw new TappetError(`cannot log to ${path}: the folder ${folder} may be changed by the service's user`, {
        code: 'ERR_CONFIG_UNSAFE',
        hint: `give it to root: chown root ${folder} && chmod go-w ${folder}`,
      });
    }
    if (folder === parse(folder).root) return;
  }
}
