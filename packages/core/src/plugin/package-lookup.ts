import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { shortNameOf } from './package-names.ts';

/** What matters of a package.json. */
export interface PackageManifest {
  readonly version: string | null;
  /** Range of `@tappet/core` in its peer dependencies. */
  readonly core: string | null;
  readonly exports: unknown;
  readonly main: string | undefined;
}

/** Folder of an installed package as seen from a folder: the nearest `node_modules` upwards that holds it. */
export function findPackage(name: string, from: string): string | undefined {
  return upwards(from)
    .map((folder) => join(folder, 'node_modules', name))
    .find((folder) => existsSync(join(folder, 'package.json')));
}

/** The module that `import` of a package would load, absolute and without symbolic links; undefined when it offers none. */
export function entryOfPackage(folder: string, conditions: ReadonlySet<string>): string | undefined {
  const manifest = readManifest(join(folder, 'package.json'));
  const target =
    manifest?.exports === undefined ? (manifest?.main ?? 'index.js') : rootExport(manifest.exports, conditions);
  if (target === undefined) return undefined;
  const file = [target, `${target}.js`, join(target, 'index.js')]
    .map((path) => join(folder, path))
    .find((path) => /\.[cm]?[jt]s$/.test(path) && existsSync(path));
  return file === undefined ? undefined : realpathSync(file);
}

/** The package.json above a file. */
export function manifestAbove(file: string): PackageManifest | undefined {
  const path = upwards(dirname(file))
    .map((folder) => join(folder, 'package.json'))
    .find((candidate) => existsSync(candidate));
  return path === undefined ? undefined : readManifest(path);
}

/** Short names of all plugins that are installed as seen from a folder. */
export function installedPlugins(from: string): readonly string[] {
  const folders = upwards(from).map((folder) => join(folder, 'node_modules'));
  const names = folders.flatMap((folder) =>
    list(folder).flatMap((entry) =>
      entry.startsWith('@') ? list(join(folder, entry)).map((inner) => `${entry}/${inner}`) : entry,
    ),
  );
  return [...new Set(names.flatMap((name) => shortNameOf(name) ?? []))];
}

function upwards(from: string): string[] {
  const folders = [from];
  for (let folder = from; dirname(folder) !== folder; folder = dirname(folder)) folders.push(dirname(folder));
  return folders;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readManifest(path: string): PackageManifest | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isRecord(json)) return undefined;
    const { version, main, exports, peerDependencies } = json;
    const core = isRecord(peerDependencies) ? peerDependencies['@tappet/core'] : undefined;
    return {
      version: typeof version === 'string' ? version : null,
      core: typeof core === 'string' ? core : null,
      exports,
      main: typeof main === 'string' ? main : undefined,
    };
  } catch {
    return undefined;
  }
}

/** The `.` entry of an `exports` field by the rules of https://nodejs.org/api/packages.html#conditional-exports. */
function rootExport(exports: unknown, conditions: ReadonlySet<string>): string | undefined {
  const root = isRecord(exports) && Object.hasOwn(exports, '.') ? exports['.'] : exports;
  return pick(root, conditions);
}

function pick(target: unknown, conditions: ReadonlySet<string>): string | undefined {
  if (typeof target === 'string') return target;
  if (Array.isArray(target)) return firstDefined(target, (item) => pick(item, conditions));
  if (!isRecord(target)) return undefined;
  const matching = Object.keys(target).filter((key) => key === 'default' || conditions.has(key));
  return firstDefined(matching, (key) => pick(target[key], conditions));
}

function firstDefined<T, R>(items: readonly T[], map: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const value = map(item);
    if (value !== undefined) return value;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
