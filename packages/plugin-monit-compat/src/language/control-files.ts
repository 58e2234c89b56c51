import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

/** How control files are read. Injected, so that a parse needs no file system. */
export interface ControlFiles {
  /** Throws when the file cannot be read. */
  read(path: string): string;
  /** Permission bits and kind; undefined when nothing is there. */
  stat(path: string): { readonly mode: number; readonly isFile: boolean; readonly isOwn: boolean } | undefined;
  /** The files that match a glob, sorted by name. Directories are left out. */
  glob(pattern: string): readonly string[];
}

/** The file system of this machine. Relative patterns count from the current folder. */
export function localFiles(): ControlFiles {
  return {
    read: (path) => readFileSync(path, 'utf8'),
    stat: (path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      const uid = process.geteuid?.() ?? 0;
      return stat === undefined
        ? undefined
        : { mode: stat.mode & 0o7777, isFile: stat.isFile(), isOwn: stat.uid === uid };
    },
    glob: (pattern) => expand(isAbsolute(pattern) ? pattern : resolve(pattern)),
  };
}

function expand(pattern: string): string[] {
  let folders = ['/'];
  const parts = pattern.split('/').filter((part) => part !== '');
  for (const part of parts) folders = folders.flatMap((folder) => expandPart(folder, part));
  return folders.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false).sort();
}

function expandPart(folder: string, part: string): string[] {
  if (!/[*?[\\]/.test(part)) {
    const path = join(folder, part);
    return statSync(path, { throwIfNoEntry: false }) === undefined ? [] : [path];
  }
  const pattern = globPattern(part);
  try {
    return readdirSync(folder)
      .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && pattern.test(name))
      .map((name) => join(folder, name));
  } catch {
    // A folder that cannot be listed matches nothing, as with glob(3).
    return [];
  }
}

function globPattern(part: string): RegExp {
  const source = part.replace(/\[!?[^\]]*\]|\\.|[*?]|[.+^${}()|\\]/g, (piece) => {
    if (piece === '*') return '.*';
    if (piece === '?') return '.';
    if (piece.startsWith('[')) return piece.replace('[!', '[^');
    return piece.startsWith('\\') && piece.length > 1
      ? piece.replace(/\\(.)/, (_all, letter: string) => letter.replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`))
      : `\\${piece}`;
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    // An unfinished bracket stands for itself.
    return new RegExp(`^${part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`);
  }
}
