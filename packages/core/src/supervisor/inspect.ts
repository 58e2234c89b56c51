import { ConfigError, type ConfigIssue, PluginError } from '../errors/base.ts';
import { buildPlan } from '../plan/build.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan } from '../plan/plan.ts';
import { readPlugins } from '../plan/plugin-list.ts';
import { admitPlugins, requirePlugins } from '../plugin/admit.ts';
import type { Plugin } from '../plugin/define-plugin.ts';
import { entryOf, type PluginEntry } from '../plugin/entry.ts';
import { isTableOf, sectionRules } from '../plugin/owners.ts';
import { Sections } from '../plugin/sections.ts';
import { VERSION } from '../version.ts';
import { loadListed } from './listed-plugins.ts';
import type { LoadedConfig } from './options.ts';

/** Everything that a configuration says, and everything that is wrong with it before its plugins are set up. */
export interface Inspection {
  readonly loaded: LoadedConfig;
  /** Undefined when an issue of the core's own keys is an error. */
  readonly plan: Plan | undefined;
  /** In order of setup when the plugins can be ordered. */
  readonly entries: readonly PluginEntry[];
  /** What plugins own, checked. */
  readonly sections: Sections;
  /** Errors and warnings, not located yet. */
  readonly issues: readonly ConfigIssue[];
  /** Why the plugins cannot be used together. */
  readonly misfit: PluginError | undefined;
}

/** What inspecting needs besides the configuration. */
export interface InspectOptions {
  readonly environment: Variables;
  /** Given as values; the configuration may hold their options. */
  readonly plugins: readonly Plugin[];
  /** Folders in which listed plugins are looked for after the configuration's own. */
  readonly pluginFolders: readonly string[];
  readonly project?: string | undefined;
}

/**
 * Reads a configuration as values: loads the plugins it lists, so that their sections are known, and finds every issue of its own
 * keys and of theirs in one pass. Throws a PluginError for a given value that is no plugin, and nothing else.
 */
export async function inspect(loaded: LoadedConfig, options: InspectOptions): Promise<Inspection> {
  const { raw, file, directory } = loaded;
  requirePlugins(options.plugins);
  const listed = await loadListed(loaded, options);
  const admitted = await admit([...listed.entries, ...options.plugins.map(entryOf)]);
  const plugins = admitted.entries.map(({ plugin }) => plugin);
  const tables = Object.keys(readPlugins(raw).options);
  const { plan, issues, owned } = buildPlan(raw, {
    file,
    directory,
    environment: options.environment,
    project: options.project,
    // What is listed and cannot be loaded has been reported; its sections are not unknown on top of that.
    pluginNames: new Set([
      ...plugins.map(({ name }) => name),
      ...tables.filter((key) => plugins.some((plugin) => isTableOf(plugin, key))),
      ...listed.missing,
    ]),
    serviceKeys: new Map(
      plugins.flatMap(({ name, serviceKeys = {} }) => Object.keys(serviceKeys).map((key) => [key, name] as const)),
    ),
    sectionRules: sectionRules(plugins, tables),
  });
  const sections = new Sections(plugins);
  const found = await sections.check(owned, listed.missing);
  return { loaded, plan, sections, ...admitted, issues: [...listed.issues, ...issues, ...found] };
}

async function admit(entries: readonly PluginEntry[]): Promise<Pick<Inspection, 'entries' | 'misfit'>> {
  try {
    return { entries: await admitPlugins(entries, VERSION), misfit: undefined };
  } catch (error) {
    if (error instanceof PluginError) return { entries, misfit: error };
    throw error;
  }
}

/** A configuration that can be used. */
export type Accepted = Inspection & { readonly plan: Plan };

/** Throws a ConfigError with every issue in its place, or the PluginError of plugins that do not go together. Warnings pass. */
export function accept(inspection: Inspection): Accepted {
  const { loaded, plan, issues, misfit } = inspection;
  const errors = issues.filter(isError);
  if (plan === undefined || errors.length > 0) throw new ConfigError(loaded.locate(errors), loaded.file);
  if (misfit !== undefined) throw misfit;
  return { ...inspection, plan };
}

/** Whether an issue keeps a configuration from being used. */
export function isError({ severity }: ConfigIssue): boolean {
  return severity !== 'warning';
}

/** The error with the issues of a ConfigError in their places; any other as it is. */
export function located({ locate, file }: LoadedConfig, error: unknown): unknown {
  return error instanceof ConfigError ? new ConfigError(locate(error.issues), file) : error;
}
