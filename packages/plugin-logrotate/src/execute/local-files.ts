import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  type Stats,
} from 'node:fs';
import type { Ownership } from '../language/rules.ts';
import { fromBytes } from '../names/byte-text.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import { AnchoredPaths } from './anchored-path.ts';
import { openForUpdate } from './open-log.ts';
import { type Copying, type FileFacts, FileProblem, type LogFiles, type Outcome } from './log-files.ts';
import { createOutput, openNew, setOwnership } from './output-file.ts';

/**
 * {@link LogFiles} in this process and in its own name. Directories stay open from first use until `close`. What only some
 * rotations need is loaded when it is needed: most runs of the program find nothing to do and should be over at once.
 */
export function localFiles(): LogFiles {
  const paths = new AnchoredPaths();
  return {
    async facts(path) {
      const stat = statOf(paths, path);
      return stat === undefined ? undefined : factsOf(stat);
    },
    async list(directory) {
      try {
        return readdirSync(paths.of(`${directory}/.`), { encoding: 'buffer' }).map(fromBytes);
      } catch {
        return [];
      }
    },
    async rename(from, to) {
      try {
        renameSync(paths.of(from), paths.of(to));
      } catch (error) {
        throw new FileProblem(`error renaming ${from} to ${to}: ${reasonOf(error)}`, { cause: error });
      }
    },
    async create(path, ownership) {
      createLog({ paths, path, ownership });
    },
    copy: (copying) => copyFile(paths, copying),
    copyTruncate: async (copying) => (await import('./copy-truncate.ts')).copyTruncate(paths, copying),
    async truncate(path) {
      const descriptor = openForUpdate(paths, path);
      try {
        ftruncateSync(descriptor, 0);
      } catch (error) {
        throw new FileProblem(`error truncating ${path}: ${reasonOf(error)}`, { cause: error });
      } finally {
        closeSync(descriptor);
      }
    },
    compress: async (compression) => (await import('./compress.ts')).compressFile(paths, compression),
    async interrupted(path, target) {
      if (statOf(paths, path) === undefined) return 'nothing';
      return (await import('./interrupted.ts')).findInterrupted({ paths, path, target });
    },
    remove: async (removal) => (await import('./remove.ts')).removeFile(paths, removal),
    mail: async (mailing) => (await import('./mail.ts')).mailFile(paths, mailing),
    async close() {
      paths.close();
    },
  };
}

/** The facts of a file as Node tells them. */
export function factsOf(stat: Stats): FileFacts {
  return {
    kind: stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : 'other',
    dev: stat.dev,
    ino: stat.ino,
    size: stat.size,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    links: stat.nlink,
    accessedMs: stat.atimeMs,
    modifiedMs: stat.mtimeMs,
  };
}

function statOf(paths: AnchoredPaths, path: string): Stats | undefined {
  try {
    return lstatSync(paths.of(path), { throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new FileProblem(`stat of ${path} failed: ${reasonOf(error)}`, { cause: error });
  }
}

/** The new log. One that appeared in the meantime, say by a service that is faster, is given the mode and owner. */
function createLog({
  paths,
  path,
  ownership,
}: {
  paths: AnchoredPaths;
  path: string;
  ownership: Required<Ownership>;
}): void {
  const { mode, uid, gid } = ownership;
  let descriptor: number;
  try {
    descriptor = openNew(paths.of(path));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST')
      throw new FileProblem(`error creating ${path}: ${reasonOf(error)}`, { cause: error });
    descriptor = openExisting(paths, path);
  }
  setOwnership({ descriptor, path, mode, uid, gid });
  closeSync(descriptor);
}

function openExisting(paths: AnchoredPaths, path: string): number {
  const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    const descriptor = openSync(paths.of(path), flags);
    const stat = fstatSync(descriptor);
    if (stat.isFile() && stat.nlink === 1) return descriptor;
    closeSync(descriptor);
  } catch (error) {
    throw new FileProblem(`error creating ${path}: ${reasonOf(error)}`, { cause: error });
  }
  throw new FileProblem(`error creating ${path}: something else is in its place`);
}

async function copyFile(paths: AnchoredPaths, { from, to, nowMs }: Copying): Promise<Outcome> {
  let source: number;
  try {
    source = openSync(paths.of(from), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw new FileProblem(`error opening ${from}: ${reasonOf(error)}`, { cause: error });
  }
  try {
    const stat = fstatSync(source);
    const output = createOutput({ paths, path: to, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, nowMs });
    try {
      const { copyBytes } = await import('./copy-bytes.ts');
      await copyBytes({ from: source, to: output.descriptor, start: 0 });
    } catch (error) {
      throw new FileProblem(`error copying ${from} to ${to}: ${reasonOf(error)}`, { cause: error });
    } finally {
      closeSync(output.descriptor);
    }
    return { notes: output.notes };
  } finally {
    closeSync(source);
  }
}
