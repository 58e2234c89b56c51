import type { Plugin } from './define-plugin.ts';

/** A plugin that is to be loaded, and what is known of where it came from. */
export interface PluginEntry {
  readonly plugin: Plugin;
  /** Version of its package; null for one given as a value. */
  readonly version: string | null;
  /** Absolute path of its module; null for one given as a value. */
  readonly from: string | null;
  /** Range of `@tappet/core` in its peer dependencies; null when there is none. */
  readonly core: string | null;
}

/** The entry of a plugin that is given as a value. */
export function entryOf(plugin: Plugin): PluginEntry {
  return { plugin, version: plugin.version ?? null, from: null, core: plugin.core ?? null };
}
