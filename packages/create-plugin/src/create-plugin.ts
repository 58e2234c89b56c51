import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configName, type PluginName } from './plugin-name.ts';

/** Where a plugin is written, and how it is called. */
export interface CreatePluginOptions {
  readonly name: PluginName;
  /** Folder in which the new folder is made, absolute. */
  readonly directory: string;
}

/** What was written. */
export interface CreatedPlugin {
  /** Absolute. */
  readonly folder: string;
  /** Paths in the folder, in order. */
  readonly files: readonly string[];
}

/** A folder that cannot be written. Nothing was. */
export class CannotCreateError extends Error {
  override readonly name: string = 'CannotCreateError';
}

const TEMPLATE = fileURLToPath(new URL('../templates/plugin', import.meta.url));

/** What stands in the template for what differs; the longer ones first. One pass: a name may hold what is replaced. */
const PLACEHOLDERS = /plugins = \["my-thing"\]|tappet-plugin-my-thing|my-thing|\^0\.0\.0-template/g;

/**
 * Files that have another name in the template: npm reads a .gitignore instead of packing it, and a package.json in a folder of a
 * package makes some bundlers take that for a package.
 */
const RENAMED: Readonly<Record<string, string>> = { _gitignore: '.gitignore', '_package.json': 'package.json' };

/** Left behind by whoever tried the template where it stands. */
const LEFTOVERS = new Set(['node_modules', 'dist', 'package-lock.json']);

/** Writes the folder of a new plugin. Throws a {@link CannotCreateError} when it exists and is not empty, or cannot be written. */
export function createPlugin({ name, directory }: CreatePluginOptions): CreatedPlugin {
  const folder = join(directory, name.folder);
  const isNew = makeEmptyFolder(folder);
  try {
    cpSync(TEMPLATE, folder, { recursive: true, filter: (path) => !LEFTOVERS.has(basename(path)) });
    const files = filesIn(folder).map((file) => substitute(file, name));
    return { folder, files: files.map((file) => relative(folder, file)).toSorted() };
  } catch (error) {
    for (const entry of readdirSync(folder)) rmSync(join(folder, entry), { recursive: true, force: true });
    if (isNew) rmSync(folder, { recursive: true, force: true });
    throw new CannotCreateError(`cannot write ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

/** True when the folder was not there before. */
function makeEmptyFolder(folder: string): boolean {
  try {
    const first = mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length > 0) throw new CannotCreateError(`cannot write ${folder}: it is not empty`);
    return first !== undefined;
  } catch (error) {
    if (error instanceof CannotCreateError) throw error;
    throw new CannotCreateError(`cannot write ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Puts the names into one file, and gives it its own name. */
function substitute(file: string, name: PluginName): string {
  const text = readFileSync(file, 'utf8');
  const filled = text.replace(PLACEHOLDERS, (found) => {
    if (found === 'my-thing') return name.short;
    if (found === 'tappet-plugin-my-thing') return name.package;
    return found.startsWith('plugins') ? `plugins = ["${configName(name)}"]` : tappetRange();
  });
  if (filled !== text) writeFileSync(file, filled);
  const own = RENAMED[basename(file)] ?? basename(file).replace('my-thing', name.short);
  const target = join(dirname(file), own);
  if (target !== file) renameSync(file, target);
  return target;
}

/** The version of Tappet that this package was made with. */
function tappetRange(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version = property(property(manifest, 'devDependencies'), '@tappet/core');
  if (typeof version !== 'string') throw new Error('the package.json of create-tappet-plugin names no @tappet/core');
  return `^${version.replace(/^[~^]/, '')}`;
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
