import { lstatSync, readdirSync } from 'node:fs';
import { fromBytes, toPath } from './byte-text.ts';
import { globMatch, hasMagic, unescapePattern } from './glob-match.ts';

/**
 * The existing paths that a shell pattern stands for, sorted by byte value. Hidden names are matched only by a pattern
 * that names the dot. Empty when nothing matches or a directory cannot be read.
 */
export function glob(pattern: string): string[] {
  const parts = pattern.split('/');
  const isAbsolute = parts[0] === '';
  let found: string[] = [isAbsolute ? '/' : ''];
  const steps = isAbsolute ? parts.slice(1) : parts;
  for (const [index, part] of steps.entries()) {
    if (part === '') continue;
    const isLast = index === steps.length - 1;
    found = found.flatMap((directory) => expand({ directory, part, isLast }));
    if (found.length === 0) return [];
  }
  return found;
}

function expand({ directory, part, isLast }: { directory: string; part: string; isLast: boolean }): string[] {
  if (!hasMagic(part)) {
    const path = join(directory, unescapePattern(part));
    return !isLast || exists(path) ? [path] : [];
  }
  return list(directory === '' ? '.' : directory)
    .filter((name) => globMatch(part, name))
    .sort(byBytes)
    .map((name) => join(directory, name));
}

function join(directory: string, name: string): string {
  return directory === '' || directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

function exists(path: string): boolean {
  return lstatSync(toPath(path), { throwIfNoEntry: false }) !== undefined;
}

function list(directory: string): string[] {
  try {
    return readdirSync(toPath(directory), { encoding: 'buffer' }).map(fromBytes);
  } catch {
    return [];
  }
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
