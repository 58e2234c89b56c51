import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What is looked for: an entry such as `./cli` of a package, as seen from a module. */
export interface PackageEntryQuery {
  readonly name: string;
  readonly subpath: string;
  readonly base: NodeJS.Require;
}

/** Absolute path of a package's entry, undefined when the package is not installed or has no such entry. */
export function packageEntry({ name, subpath, base }: PackageEntryQuery): string | undefined {
  for (const folder of base.resolve.paths(name) ?? []) {
    const manifest = join(folder, name, 'package.json');
    if (!existsSync(manifest)) continue;
    return entryInFolder(dirname(manifest), subpath);
  }
  return undefined;
}

/** Absolute path of an entry of the package in a folder, undefined when it offers none. */
export function entryInFolder(folder: string, subpath: string): string | undefined {
  const target = targetIn(readExports(join(folder, 'package.json')), subpath);
  return target === undefined ? undefined : join(folder, target);
}

function readExports(manifest: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return isRecord(value) ? value['exports'] : undefined;
  } catch {
    return undefined;
  }
}

/** The conditions of an import; ours stands for the sources while Tappet itself is developed. */
function targetIn(exports: unknown, subpath: string): string | undefined {
  if (!isRecord(exports) || !Object.hasOwn(exports, subpath)) return undefined;
  const conditions = new Set(['node', 'import', 'default']);
  if (process.execArgv.some((word) => word.includes('@tappet/source'))) conditions.add('@tappet/source');
  let target = exports[subpath];
  while (isRecord(target)) {
    const choices: Record<string, unknown> = target;
    const key = Object.keys(choices).find((condition) => conditions.has(condition));
    target = key === undefined ? undefined : choices[key];
  }
  return typeof target === 'string' ? target : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
