import type { ConfigIssue, ConfigPath } from '../errors/base.ts';
import { nearest } from '../errors/nearest.ts';
import type { OwnedSections } from '../plan/build.ts';
import { ownerHint } from '../plan/known-plugins.ts';
import type { VariableRules } from '../plan/section-variables.ts';
import type { OwnedService } from '../plan/service-spec.ts';
import type { Plugin } from './define-plugin.ts';
import { packageFor, shortNameOf } from './package-names.ts';

/** Whose keys are looked for. */
export interface Owners {
  readonly plugins: readonly Plugin[];
  /** Plugins that could not be loaded, which has been reported: their keys are not unknown on top of that. */
  readonly missing: ReadonlySet<string>;
}

/** Keys of a service table that belong to a plugin. */
export function ownedKeys({ name, serviceKeys = {} }: Plugin): readonly string[] {
  return [name, ...Object.keys(serviceKeys)];
}

/** `[plugins.slack]` and `[plugins."tappet-plugin-slack"]` are both the table of the plugin that calls itself "slack". */
export function isTableOf(plugin: Plugin, key: string): boolean {
  return key === plugin.name || shortNameOf(key) === plugin.name;
}

/** Where `${VAR}` is not simply replaced, by the key of a service or of `[plugins]`; `options` are the keys that stand there. */
export function sectionRules(
  plugins: readonly Plugin[],
  options: readonly string[],
): ReadonlyMap<string, VariableRules> {
  return new Map(
    plugins.flatMap((plugin) => {
      const { variables } = plugin;
      if (variables === undefined) return [];
      const keys = [...ownedKeys(plugin), ...options.filter((key) => isTableOf(plugin, key))];
      return keys.map((key) => [key, variables] as const);
    }),
  );
}

/** Options that no loaded plugin would ever see. */
export function orphanOptions(
  pluginConfig: OwnedSections['pluginConfig'],
  { plugins, missing }: Owners,
): readonly ConfigIssue[] {
  const known = plugins.map(({ name }) => name);
  return Object.keys(pluginConfig)
    .filter((key) => !missing.has(key) && !plugins.some((plugin) => isTableOf(plugin, key)))
    .map((key) => orphan({ path: ['plugins', key], key, known, subject: '' }));
}

/** Keys of services that no loaded plugin would ever see. */
export function orphanKeys(services: readonly OwnedService[], { plugins, missing }: Owners): readonly ConfigIssue[] {
  const known = plugins.flatMap(ownedKeys);
  return services.flatMap(({ name, path, sections }) =>
    Object.keys(sections)
      .filter((key) => !known.includes(key) && !missing.has(key))
      .map((key) => orphan({ path: [...path, key], key, known, subject: `service "${name}": ` })),
  );
}

interface Orphan {
  readonly path: ConfigPath;
  readonly key: string;
  readonly known: readonly string[];
  readonly subject: string;
}

function orphan({ path, key, known, subject }: Orphan): ConfigIssue {
  const close = nearest(key, known);
  const install =
    ownerHint(key) ??
    `add the plugin that owns "${key}" to plugins and npm install ${packageFor(key)} if it is missing`;
  return {
    code: 'ERR_CONFIG_UNKNOWN_KEY',
    message: `${subject}no loaded plugin owns "${key}"`,
    path,
    at: 'key',
    hint: close === undefined ? install : `did you mean "${close}"? Otherwise ${install}`,
  };
}
