import { lstatSync, readdirSync, statSync } from 'node:fs';
import { fromBytes, toPath } from './byte-text.ts';
import { globMatch, hasMagic, unescapePattern } from './glob-match.ts';

/** A path that a pattern stands for. */
export interface GlobMatch {
  readonly path: string;
  /** A link to a directory counts as one. */
  readonly isDirectory: boolean;
}

/**
 * The existing paths that a shell pattern stands for, sorted by byte value. Hidden names are matched only by a pattern
 * that names the dot. Empty when nothing matches or a directory cannot be read.
 */
export function glob(pattern: string): GlobMatch[] {
  const parts = pattern.split('/');
  const isAbsolute = parts[0] === '';
  const steps = parts.filter((part) => part !== '');
  const last = steps.pop();
  if (last === undefined) return [];
  let directories = [isAbsolute ? '/' : ''];
  for (const part of steps) {
    directories = directories.flatMap((directory) =>
      hasMagic(part)
        ? matches(directory, part).flatMap(({ path, isDirectory }) => (isDirectory ? [path] : []))
        : [join(directory, unescapePattern(part))],
    );
  }
  return directories.flatMap((directory) =>
    hasMagic(last) ? matches(directory, last) : single(join(directory, unescapePattern(last))),
  );
}

function matches(directory: string, part: string): GlobMatch[] {
  return list(directory === '' ? '.' : directory)
    .map((entry) => ({ name: fromBytes(entry.name), entry }))
    .filter(({ name }) => globMatch(part, name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, entry }) => {
      const path = join(directory, name);
      return { path, isDirectory: entry.isSymbolicLink() ? isDirectory(path) : entry.isDirectory() };
    });
}

function single(path: string): GlobMatch[] {
  try {
    const isThere = lstatSync(toPath(path), { throwIfNoEntry: false }) !== undefined;
    return isThere ? [{ path, isDirectory: isDirectory(path) }] : [];
  } catch {
    return [];
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(toPath(path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

function join(directory: string, name: string): string {
  return directory === '' || directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

function list(directory: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(directory);
  } catch {
    return [];
  }
}

function readEntries(directory: string) {
  return readdirSync(toPath(directory), { encoding: 'buffer', withFileTypes: true });
}
