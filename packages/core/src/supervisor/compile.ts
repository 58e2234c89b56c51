import { ConfigError, type ConfigIssue } from '../errors/base.ts';
import { buildPlan } from '../plan/build.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan } from '../plan/plan.ts';
import { readPlugins } from '../plan/plugin-list.ts';
import type { Plugin } from '../plugin/define-plugin.ts';
import { entryOf, type PluginEntry } from '../plugin/entry.ts';
import type { LoadedConfig } from './options.ts';

/** A configuration that was understood. */
export interface Compiled {
  readonly plan: Plan;
  readonly entries: readonly PluginEntry[];
  /** Issues of severity `warning`. */
  readonly warnings: readonly ConfigIssue[];
  /** Adds places to the issues of a ConfigError; any other error is returned as it is. */
  locate(error: unknown): unknown;
}

/**
 * Configuration as read → plan, with the plugins it lists loaded so that their sections are known.
 * Throws a ConfigError with every issue, located in the file where there is one; nothing has been started by then.
 */
export async function compile(
  loaded: LoadedConfig,
  options: {
    environment: Variables;
    /** Given as values; the configuration may hold their options. */
    plugins: readonly Plugin[];
    /** Folders in which listed plugins are looked for after the configuration's own. */
    pluginFolders: readonly string[];
    project?: string | undefined;
  },
): Promise<Compiled> {
  const locate = (error: unknown): unknown =>
    error instanceof ConfigError ? new ConfigError(loaded.locate(error.issues), loaded.file) : error;
  const listed = await loadListed(loaded, options).catch((error: unknown) => {
    throw locate(error);
  });
  const entries = [...listed, ...options.plugins.map(entryOf)];
  const { plan, issues } = buildPlan(loaded.raw, {
    file: loaded.file,
    directory: loaded.directory,
    environment: options.environment,
    ...(options.project === undefined ? {} : { project: options.project }),
    pluginNames: new Set(entries.map(({ plugin }) => plugin.name)),
    serviceKeys: new Map(
      entries.flatMap(({ plugin }) => Object.keys(plugin.serviceKeys ?? {}).map((key) => [key, plugin.name] as const)),
    ),
  });
  const located = issues.length === 0 ? [] : loaded.locate(issues);
  const errors = located.filter(({ severity }) => severity !== 'warning');
  if (plan === undefined || errors.length > 0) throw new ConfigError(errors, loaded.file);
  return { plan, entries, warnings: located, locate };
}

async function loadListed(
  { raw, directory }: LoadedConfig,
  { plugins: given, pluginFolders }: { plugins: readonly Plugin[]; pluginFolders: readonly string[] },
): Promise<readonly PluginEntry[]> {
  const names = new Set(given.map(({ name }) => name));
  const wanted = readPlugins(raw).plugins.filter((name) => !names.has(name));
  if (wanted.length === 0) return [];
  const { loadPlugins } = await import('../plugin/resolve.ts');
  try {
    return await loadPlugins(wanted, directory, { fallbacks: pluginFolders });
  } catch (error) {
    throw error instanceof ConfigError
      ? new ConfigError(error.issues.map((issue) => asWritten(issue, raw, wanted)))
      : error;
  }
}

/** Loading counts plugins; a configuration counts them in its list, or names them in its table. */
function asWritten(issue: ConfigIssue, raw: unknown, wanted: readonly string[]): ConfigIssue {
  const [first, position] = issue.path;
  const name = typeof position === 'number' ? wanted[position] : undefined;
  if (first !== 'plugins' || name === undefined) return issue;
  const value: unknown = typeof raw === 'object' && raw !== null && 'plugins' in raw ? raw.plugins : undefined;
  if (Array.isArray(value)) return { ...issue, path: ['plugins', value.indexOf(name)] };
  const options = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const key = options.find(([own, table]) => own === name || isUsing(table, name))?.[0] ?? name;
  return { ...issue, path: ['plugins', key], at: 'key' };
}

function isUsing(table: unknown, module: string): boolean {
  return typeof table === 'object' && table !== null && 'use' in table && table.use === module;
}
