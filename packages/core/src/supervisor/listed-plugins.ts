import type { ConfigIssue } from '../errors/base.ts';
import { readPlugins } from '../plan/plugin-list.ts';
import type { Plugin } from '../plugin/define-plugin.ts';
import type { PluginEntry } from '../plugin/entry.ts';
import { shortNameOf } from '../plugin/package-names.ts';
import type { LoadedConfig } from './options.ts';

/** The plugins that a configuration lists. */
export interface ListedPlugins {
  readonly entries: readonly PluginEntry[];
  /** One for each that cannot be loaded. */
  readonly issues: readonly ConfigIssue[];
  /** What the sections of those would be called. */
  readonly missing: ReadonlySet<string>;
}

/** Loads what a configuration lists and nobody gave as a value. */
export async function loadListed(
  { raw, directory }: Pick<LoadedConfig, 'raw' | 'directory'>,
  { plugins: given, pluginFolders }: { plugins: readonly Plugin[]; pluginFolders: readonly string[] },
): Promise<ListedPlugins> {
  const names = new Set(given.map(({ name }) => name));
  const wanted = readPlugins(raw).plugins.filter((name) => !names.has(name));
  if (wanted.length === 0) return { entries: [], issues: [], missing: new Set() };
  const { tryPlugins } = await import('../plugin/resolve.ts');
  const { entries, issues } = await tryPlugins(wanted, directory, { fallbacks: pluginFolders });
  const written = issues.map((issue) => asWritten(issue, raw, wanted));
  return { entries, issues: written.map(({ issue }) => issue), missing: new Set(written.flatMap(({ keys }) => keys)) };
}

/** Loading counts plugins; a configuration counts them in its list, or names them in its table. */
function asWritten(
  issue: ConfigIssue,
  raw: unknown,
  wanted: readonly string[],
): { issue: ConfigIssue; keys: readonly string[] } {
  const name = wanted[Number(issue.path[1])] ?? '';
  const value: unknown = typeof raw === 'object' && raw !== null && 'plugins' in raw ? raw.plugins : undefined;
  const short = shortNameOf(name) ?? name;
  if (Array.isArray(value)) return { issue: { ...issue, path: ['plugins', value.indexOf(name)] }, keys: [short] };
  const options = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const key = options.find(([own, table]) => own === name || isUsing(table, name))?.[0] ?? name;
  return { issue: { ...issue, path: ['plugins', key], at: 'key' }, keys: [key, shortNameOf(key) ?? key, short] };
}

function isUsing(table: unknown, module: string): boolean {
  return typeof table === 'object' && table !== null && 'use' in table && table.use === module;
}
