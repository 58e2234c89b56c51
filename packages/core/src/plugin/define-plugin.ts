import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { VariableRules } from '../plan/section-variables.ts';
import type { PluginContext } from './context.ts';

/** A plugin: data first, `setup` last. Written with {@link definePlugin}, exported as default. */
export interface Plugin<Config = unknown, ServiceConfig = unknown> {
  /** Short name, the one that stands in `plugins = [...]`, `[plugins.<name>]` and `[services.<name>]`. */
  readonly name: string;
  /** Shown by `tappet plugins`; the version of the package when absent. */
  readonly version?: string;
  /** Range of `@tappet/core` it was made for; the peer dependency of its package when absent. */
  readonly core?: string;
  /** Plugins that must be loaded, and are set up before this one. */
  readonly requires?: readonly string[];
  /** Plugins that are set up before this one when they are loaded. */
  readonly after?: readonly string[];
  /** Of `[plugins.<name>]`; gets `{}` when the table is absent. */
  readonly configSchema?: StandardSchemaV1<unknown, Config>;
  /** Of `[services.<name>]`; gets `{}` when the table is absent. */
  readonly serviceSchema?: StandardSchemaV1<unknown, ServiceConfig>;
  /** Further keys of a service table that belong to this plugin, such as `rules`. Each is checked on its own when present. */
  readonly serviceKeys?: Readonly<Record<string, StandardSchemaV1>>;
  /**
   * `${VAR}` is replaced in every text of the plugin's tables and keys before their schemas see it. This names the keys, at whatever
   * depth, where that would be wrong: `keep` leaves every text below it alone (a script, a language in which `$` has a meaning),
   * `words` is a command line that becomes a list of words first, so that a value is never several arguments.
   * `exec.command` means `command` within `exec`.
   */
  readonly variables?: VariableRules;
  /**
   * Taps hooks. Runs once per generation (start and every reload) and must open nothing exclusive:
   * sockets and files open in `context.onActivate`.
   */
  setup(context: PluginContext<Config, ServiceConfig>): void | Promise<void>;
}

/** Types a plugin; returns it unchanged. */
export function definePlugin<Config = unknown, ServiceConfig = unknown>(
  plugin: Plugin<Config, ServiceConfig>,
): Plugin<Config, ServiceConfig> {
  return plugin;
}
