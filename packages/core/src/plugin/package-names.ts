/** Plugins that this project publishes, under `@tappet/plugin-`. */
export const OFFICIAL_PLUGINS: readonly string[] = ['control', 'healthcheck', 'logrotate', 'monit-compat'];

/** Where a name of the plugin list can come from. */
export type PluginReference =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'package'; readonly candidates: readonly string[]; readonly shortName: string | undefined };

/**
 * Reads a name of the plugin list. `healthcheck` → `@tappet/plugin-healthcheck`, then `tappet-plugin-healthcheck`;
 * `@acme/slack` → as it is, then `@acme/tappet-plugin-slack`; `./slack.js` → a file. `shortName` is what the plugin must call
 * itself, undefined when the name of its package follows no convention.
 */
export function readReference(name: string): PluginReference {
  if (/^(\.{0,2}\/|file:)/.test(name)) return { kind: 'path', path: name };
  const shortName = shortNameOf(name);
  if (name.startsWith('@')) {
    const [scope, rest = ''] = name.split('/', 2);
    const candidates = shortName === undefined ? [name, `${scope}/tappet-plugin-${rest}`] : [name];
    return { kind: 'package', candidates, shortName };
  }
  if (shortName !== undefined) return { kind: 'package', candidates: [name], shortName };
  return { kind: 'package', candidates: [`@tappet/plugin-${name}`, `tappet-plugin-${name}`], shortName: name };
}

/** The short name of a package that follows the convention: `@tappet/plugin-x`, `tappet-plugin-x`, `@scope/tappet-plugin-x`. */
export function shortNameOf(packageName: string): string | undefined {
  return /^(?:@tappet\/plugin-|(?:@[^/]+\/)?tappet-plugin-)(.+)$/.exec(packageName)?.[1];
}

/** The package to install for a name of the plugin list. */
export function packageFor(name: string): string {
  if (OFFICIAL_PLUGINS.includes(name)) return `@tappet/plugin-${name}`;
  return name.startsWith('@') || shortNameOf(name) !== undefined ? name : `tappet-plugin-${name}`;
}

export interface InstallHint {
  readonly name: string;
  /** The nearest name of a plugin that exists. */
  readonly close: string | undefined;
  /** Short names. */
  readonly installed: ReadonlySet<string>;
}

/** What to do about a plugin that is not installed: the name that was meant, or the package to install. */
export function installHint({ name, close, installed }: InstallHint): string {
  if (close === undefined || close === name) return `run npm install ${packageFor(name)}`;
  if (installed.has(close)) return `did you mean "${close}"?`;
  return `did you mean "${close}"? Then run npm install ${packageFor(close)}`;
}
