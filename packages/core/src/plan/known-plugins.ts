/** Sections and service keys of plugins that are published with the core, and the package that owns each. */
export const KNOWN_SECTIONS: Readonly<Record<string, { readonly plugin: string; readonly package: string }>> = {
  control: { plugin: 'control', package: '@tappet/plugin-control' },
  healthcheck: { plugin: 'healthcheck', package: '@tappet/plugin-healthcheck' },
  logrotate: { plugin: 'logrotate', package: '@tappet/plugin-logrotate' },
  'monit-compat': { plugin: 'monit-compat', package: '@tappet/plugin-monit-compat' },
  monit: { plugin: 'monit-compat', package: '@tappet/plugin-monit-compat' },
  rules: { plugin: 'monit-compat', package: '@tappet/plugin-monit-compat' },
};

/** What to do to have a key owned, for a key that a published plugin would own. */
export function ownerHint(key: string): string | undefined {
  const owner = Object.hasOwn(KNOWN_SECTIONS, key) ? KNOWN_SECTIONS[key] : undefined;
  return owner === undefined ? undefined : `add "${owner.plugin}" to plugins and npm install ${owner.package}`;
}
