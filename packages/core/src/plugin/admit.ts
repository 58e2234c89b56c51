import { PluginError } from '../errors/base.ts';
import type { PluginEntry } from './entry.ts';
import { orderPlugins } from './order.ts';
import { whyNoPlugin } from './plugin-shape.ts';
import { checkCoreVersions } from './version.ts';

/** Throws a PluginError (ERR_PLUGIN_INVALID) for a value that is no plugin. */
export function requirePlugins(values: readonly unknown[]): void {
  for (const value of values) {
    const reason = whyNoPlugin(value);
    if (reason === undefined) continue;
    throw new PluginError(`cannot load a plugin: ${reason}`, { code: 'ERR_PLUGIN_INVALID', plugin: nameOf(value) });
  }
}

/** Plugins in the order in which they are set up. Rejects with a PluginError when that is impossible, or one was made for another core. */
export async function admitPlugins(
  entries: readonly PluginEntry[],
  coreVersion: string,
): Promise<readonly PluginEntry[]> {
  const ordered = orderPlugins(entries);
  await checkCoreVersions(ordered, coreVersion);
  return ordered;
}

function nameOf(value: unknown): string {
  const name: unknown = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
  return typeof name === 'string' ? name : '(unnamed)';
}
