import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Where a configuration is looked for in a folder, the first that is there wins. */
export const SEARCH_PLACES: readonly string[] = Object.freeze([
  'services.toml',
  'tappet.toml',
  '.config/tappet.toml',
  'tappet.config.ts',
  'tappet.config.js',
  'tappet.config.mjs',
  'package.json',
  'tappet.json',
  '.config/tappet.json',
  'tappet.yaml',
  'tappet.yml',
  '.config/tappet.yaml',
  '.config/tappet.yml',
]);

/** A file's path with the links of its folder resolved, so that every way to it gives the same project. */
export function canonicalPath(file: string, cwd: string): string {
  const path = resolve(cwd, file);
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** The folder that relative paths of a configuration start from: its own, or the one that holds `.config`. */
export function baseDirectory(file: string): string {
  const folder = dirname(file);
  return basename(folder) === '.config' ? dirname(folder) : folder;
}
