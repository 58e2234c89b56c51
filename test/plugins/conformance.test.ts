import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from '@tappet/core';
import { type ConformanceOptions, describePlugin } from '@tappet/core/testing';
import { afterAll, describe, expect, it } from 'vitest';

type Settings = Omit<ConformanceOptions, 'describe' | 'it'>;

const WEB = { name: 'web', command: '/bin/web', restart: 'always' };

const logs = mkdtempSync(join(tmpdir(), 'tappet-conformance-'));
afterAll(() => rmSync(logs, { recursive: true }));

/** Our plugins, each with a configuration that gives it something to do. One that has no default export yet is not listed. */
const LISTED: Readonly<Record<string, Settings>> = {
  '@tappet/plugin-control': {},
  '@tappet/plugin-healthcheck': {
    config: {
      plugins: { healthcheck: { checks: [{ services: ['web'], file: '/etc/passwd' }] } },
      services: [
        { ...WEB, healthcheck: [{ kind: 'liveness', file: '/etc/passwd', interval: 5 }, { heartbeat: '30s' }] },
      ],
    },
  },
  '@tappet/plugin-logrotate': {
    config: {
      plugins: { logrotate: { directory: logs } },
      services: [{ ...WEB, logrotate: { daily: true, rate: '100/s' } }],
    },
  },
  '@tappet/plugin-monit-compat': {
    config: {
      plugins: {
        'monit-compat': { poll: 5, monit: 'check file accounts path /etc/passwd\n  if not exist then alert\n' },
      },
      services: [{ ...WEB, rules: ['if cpu > 90% for 5 cycles then restart'] }],
    },
  },
};

const modules = await Promise.all(
  Object.entries(LISTED).map(async ([name, settings]) => ({ settings, plugin: await listedPlugin(name) })),
);

for (const { settings, plugin } of modules) describePlugin(plugin, { describe, it, ...settings });

it('runs on every plugin of ours that there is', async () => {
  const folder = fileURLToPath(new URL('../../packages', import.meta.url));
  const names = readdirSync(folder)
    .filter((entry) => entry.startsWith('plugin-'))
    .map((entry) => `@tappet/${entry}`);
  expect(names).toContain('@tappet/plugin-control');
  for (const name of names.filter((candidate) => !Object.hasOwn(LISTED, candidate))) {
    expect(await defaultExport(name), `${name} has a default export and is not listed`).toBeUndefined();
  }
});

async function listedPlugin(name: string): Promise<Plugin> {
  const plugin = await defaultExport(name);
  if (plugin === undefined) throw new Error(`${name} is listed and has no default export`);
  return plugin;
}

async function defaultExport(name: string): Promise<Plugin | undefined> {
  const module = (await import(name)) as { readonly default?: Plugin };
  return module.default;
}
