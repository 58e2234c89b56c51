import { PluginError } from '../errors/base.ts';
import { nearest } from '../errors/nearest.ts';
import type { Plugin } from './define-plugin.ts';

/**
 * The entries in the order in which they are set up: `requires` and `after` first, otherwise as listed.
 * Throws a PluginError (ERR_PLUGIN_ORDER) that names everything wrong: a name twice, a required plugin that is not loaded,
 * a circle.
 */
export function orderPlugins<Entry extends { readonly plugin: Plugin }>(entries: readonly Entry[]): readonly Entry[] {
  const byName = new Map(entries.map((entry) => [entry.plugin.name, entry]));
  const problems = [...findDuplicates(entries), ...findMissing(entries, byName)];
  const first = problems[0];
  if (first !== undefined) throw orderError(first.plugin, problems.map((problem) => problem.message).join('; '));

  const ordered: Entry[] = [];
  const path: string[] = [];
  const visit = (entry: Entry): void => {
    const { name } = entry.plugin;
    if (ordered.includes(entry)) return;
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(' → ');
      throw orderError(name, `they wait for each other: ${circle}`);
    }
    path.push(name);
    for (const before of predecessors(entry, byName)) visit(before);
    path.pop();
    ordered.push(entry);
  };
  for (const entry of entries) visit(entry);
  return ordered;
}

interface Problem {
  readonly plugin: string;
  readonly message: string;
}

function findDuplicates(entries: readonly { readonly plugin: Plugin }[]): Problem[] {
  const names = entries.map((entry) => entry.plugin.name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((plugin) => ({ plugin, message: `"${plugin}" is loaded twice` }));
}

function findMissing(entries: readonly { readonly plugin: Plugin }[], byName: ReadonlyMap<string, unknown>): Problem[] {
  return entries.flatMap(({ plugin: { name, requires = [] } }) =>
    requires
      .filter((required) => !byName.has(required))
      .map((required) => {
        const close = nearest(required, byName.keys());
        const hint = close === undefined ? '' : ` (did it mean "${close}"?)`;
        return { plugin: name, message: `"${name}" requires "${required}", which is not loaded${hint}` };
      }),
  );
}

function predecessors<Entry extends { readonly plugin: Plugin }>(
  { plugin: { requires = [], after = [] } }: Entry,
  byName: ReadonlyMap<string, Entry>,
): Entry[] {
  return [...requires, ...after].flatMap((name) => byName.get(name) ?? []);
}

function orderError(plugin: string, reason: string): PluginError {
  return new PluginError(`cannot order the plugins: ${reason}`, { code: 'ERR_PLUGIN_ORDER', plugin });
}
