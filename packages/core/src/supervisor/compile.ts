import { ConfigError, type ConfigIssue } from '../errors/base.ts';
import { buildPlan } from '../plan/build.ts';
import type { Plan } from '../plan/plan.ts';
import { readPlugins } from '../plan/plugin-list.ts';
import type { Plugin } from '../plugin/define-plugin.ts';
import type { PluginEntry } from '../plugin/host.ts';
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
    environment: Readonly<Record<string, string | undefined>>;
    plugins: readonly Plugin[];
    project?: string | undefined;
  },
): Promise<Compiled> {
  const entries = [...(await loadListed(loaded)), ...options.plugins.map(asEntry)];
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
  const locate = (error: unknown): unknown =>
    error instanceof ConfigError ? new ConfigError(loaded.locate(error.issues), loaded.file) : error;
  return { plan, entries, warnings: located, locate };
}

async function loadListed({ raw, directory }: LoadedConfig): Promise<readonly PluginEntry[]> {
  const { plugins } = readPlugins(raw);
  if (plugins.length === 0) return [];
  const { loadPlugins } = await import('../plugin/resolve.ts');
  return loadPlugins(plugins, directory);
}

function asEntry(plugin: Plugin): PluginEntry {
  return { plugin, version: plugin.version ?? null, from: null, core: plugin.core ?? null };
}
