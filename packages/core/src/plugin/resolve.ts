import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ConfigError, type ConfigIssue } from '../errors/base.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { nearest } from '../errors/nearest.ts';
import type { PluginEntry } from './entry.ts';
import { installHint, OFFICIAL_PLUGINS, readReference } from './package-names.ts';
import { entryOfPackage, findPackage, installedPlugins, manifestAbove } from './package-lookup.ts';
import { isPlugin, whyNoPlugin } from './plugin-shape.ts';

export interface LoadPluginsOptions {
  /** Folders to look in after `directory`, before the core's own: that of the program which brings plugins with it. */
  readonly fallbacks?: readonly string[];
  /** User id that decides whether a file writable by others is refused. Default: that of this process. */
  readonly uid?: number | undefined;
}

/**
 * Finds and imports plugins by the names of a configuration, first from `directory` (absolute), then from the fallbacks and the
 * core's own location. Rejects with a ConfigError with one issue for each name that cannot be used; paths are
 * `['plugins', position]`, codes ERR_PLUGIN_NOT_FOUND, ERR_PLUGIN_INVALID, ERR_CONFIG_UNSAFE. Modules are cached by Node: a
 * changed file takes effect when the program starts again.
 */
export async function loadPlugins(
  names: readonly string[],
  directory: string,
  options: LoadPluginsOptions = {},
): Promise<PluginEntry[]> {
  const { entries, issues } = await tryPlugins(names, directory, options);
  if (issues.length > 0) throw new ConfigError(issues);
  return [...entries];
}

/** The same, with the issues of those that cannot be used beside those that can. */
export async function tryPlugins(
  names: readonly string[],
  directory: string,
  { fallbacks = [], uid = process.getuid?.() }: LoadPluginsOptions = {},
): Promise<{ readonly entries: readonly PluginEntry[]; readonly issues: readonly ConfigIssue[] }> {
  const folders = [directory, ...fallbacks, dirname(fileURLToPath(import.meta.url))];
  const results = await Promise.all(names.map((name, index) => loadOne({ name, index, folders, uid })));
  return {
    entries: results.filter((result) => 'plugin' in result),
    issues: results.filter((result) => 'message' in result),
  };
}

interface Wanted {
  readonly name: string;
  readonly index: number;
  readonly folders: readonly string[];
  readonly uid: number | undefined;
}

async function loadOne(wanted: Wanted): Promise<PluginEntry | ConfigIssue> {
  const file = findFile(wanted);
  if (typeof file !== 'string') return file;
  try {
    if (wanted.uid === 0 && isWritableByOthers(file)) {
      return issue(wanted, 'ERR_CONFIG_UNSAFE', `${file} may be written by others`, `chmod go-w ${file}`);
    }
    return readModule(wanted, file, await import(pathToFileURL(file).href));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return issue(wanted, 'ERR_PLUGIN_INVALID', `${file} fails: ${reason}`);
  }
}

function findFile(wanted: Wanted): string | ConfigIssue {
  const reference = readReference(wanted.name);
  if (reference.kind === 'path') {
    const { path } = reference;
    const file = path.startsWith('file:') ? fileURLToPath(path) : resolve(wanted.folders[0] ?? '.', path);
    return isFile(file) ? file : issue(wanted, 'ERR_PLUGIN_NOT_FOUND', `there is no file ${file}`);
  }
  for (const folder of wanted.folders) {
    for (const candidate of reference.candidates) {
      const found = findPackage(candidate, folder);
      if (found === undefined) continue;
      const file = entryOfPackage(found, importConditions());
      return file ?? issue(wanted, 'ERR_PLUGIN_INVALID', `the package in ${found} has no module to import`);
    }
  }
  return notInstalled(wanted);
}

function readModule(wanted: Wanted, file: string, module: unknown): PluginEntry | ConfigIssue {
  const plugin = defaultExport(module);
  if (!isPlugin(plugin)) {
    return issue(wanted, 'ERR_PLUGIN_INVALID', `the default export of ${file} is no plugin: ${whyNoPlugin(plugin)}`);
  }
  const reference = readReference(wanted.name);
  if (reference.kind === 'package' && reference.shortName !== undefined && reference.shortName !== plugin.name) {
    const reason = `the plugin in ${file} calls itself "${plugin.name}", expected "${reference.shortName}"`;
    return issue(wanted, 'ERR_PLUGIN_INVALID', reason);
  }
  const manifest = manifestAbove(file);
  return {
    plugin,
    version: plugin.version ?? manifest?.version ?? null,
    from: file,
    core: plugin.core ?? manifest?.core ?? null,
  };
}

/** A CommonJS module that was compiled from an ES module has its default export one level deeper. */
function defaultExport(module: unknown): unknown {
  const value = property(module, 'default');
  return property(value, '__esModule') === true ? property(value, 'default') : value;
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function notInstalled(wanted: Wanted): ConfigIssue {
  const { name, folders } = wanted;
  const installed = new Set(folders.flatMap((folder) => installedPlugins(folder)));
  const close = nearest(name, new Set([...installed, ...OFFICIAL_PLUGINS]));
  return issue(wanted, 'ERR_PLUGIN_NOT_FOUND', 'it is not installed', installHint({ name, close, installed }));
}

function issue(wanted: Wanted, code: ErrorCode, reason: string, hint?: string): ConfigIssue {
  const message = `cannot load plugin "${wanted.name}": ${reason}`;
  return { code, message, path: ['plugins', wanted.index], hint };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** A sticky folder keeps others from replacing its files. */
function isWritableByOthers(file: string): boolean {
  const folder = statSync(dirname(file));
  return mayOthersWrite(statSync(file)) || ((folder.mode & 0o1000) === 0 && mayOthersWrite(folder));
}

/** Group root may write what root runs. */
function mayOthersWrite({ mode, gid }: { readonly mode: number; readonly gid: number }): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0);
}

/** The conditions under which Node resolves an import, with those given on the command line (`-C`, `--conditions`). */
function importConditions(): ReadonlySet<string> {
  const options = [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv];
  const given = options.flatMap((option, index) => {
    if (option === '-C' || option === '--conditions') return options[index + 1] ?? [];
    return option.startsWith('--conditions=') ? option.slice('--conditions='.length) : [];
  });
  return new Set(['node', 'import', 'module-sync', 'node-addons', ...given]);
}
