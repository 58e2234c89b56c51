import { satisfies, validRange } from 'semver';
import { PluginError } from '../errors/base.ts';
import type { PluginEntry } from './entry.ts';

/**
 * Checks that each plugin was made for this core: the range it states itself, else the peer dependency of its package.
 * Throws a PluginError (ERR_PLUGIN_VERSION) with plugin, wanted and found version of every one that was not.
 */
export function checkCoreVersions(entries: readonly PluginEntry[], coreVersion: string): void {
  const wrong = entries.flatMap((entry) => {
    const wanted = entry.plugin.core ?? entry.core;
    if (wanted === null || fits(coreVersion, wanted)) return [];
    const version = entry.version ?? entry.plugin.version;
    const plugin = `"${entry.plugin.name}"${version === undefined ? '' : ` ${version}`}`;
    return [{ name: entry.plugin.name, text: `${plugin} wants @tappet/core ${wanted}, found ${coreVersion}` }];
  });
  const first = wrong[0];
  if (first === undefined) return;
  throw new PluginError(`cannot load plugins: ${wrong.map(({ text }) => text).join('; ')}`, {
    code: 'ERR_PLUGIN_VERSION',
    plugin: first.name,
    hint: 'install versions of the plugins and of @tappet/core that fit each other',
  });
}

/** A pre-release of the core counts as the release it leads to; a range that npm cannot read fits nothing. */
function fits(version: string, range: string): boolean {
  if (range.startsWith('workspace:')) return true;
  return validRange(range) !== null && satisfies(version, range, { includePrerelease: true });
}
