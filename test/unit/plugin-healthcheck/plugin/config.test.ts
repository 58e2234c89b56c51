import { ConfigError } from '@tappet/core';
import type { PluginHarness } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';
import { harnessWith, service } from './bench.ts';

const exec = (command: string): object => ({ exec: command });

async function issuesOf(config: object): Promise<readonly { path: readonly unknown[]; text: string }[]> {
  try {
    await (await harnessWith(config)).close();
  } catch (error) {
    if (error instanceof ConfigError)
      return error.issues.map(({ path, message, hint = '' }) => ({ path, text: `${message} ${hint}` }));
    throw error;
  }
  throw new Error('expected a ConfigError, the configuration was accepted');
}

describe('a mistake is found at load, with its place', () => {
  it.each<{ what: string; healthcheck: unknown; path: readonly unknown[]; text: RegExp }>([
    { what: 'an unknown probe', healthcheck: { htpp: 'http://a/' }, path: ['htpp'], text: /did you mean "http"/ },
    { what: 'an unknown option', healthcheck: { tcp: 1, intervall: 3 }, path: ['intervall'], text: /mean "interval"/ },
    {
      what: 'an unknown option of a probe',
      healthcheck: [{ http: { url: 'http://a/', statsu: 200 } }],
      path: [0, 'http', 'statsu'],
      text: /mean "status"/,
    },
    {
      what: 'a timeout as long as the interval',
      healthcheck: { tcp: 1, timeout: 10 },
      path: ['timeout'],
      text: /not shorter/,
    },
    { what: 'a port out of range', healthcheck: { tcp: 70_000 }, path: ['tcp'], text: /out of range/ },
    { what: 'a URL that is none', healthcheck: { http: 'localhost' }, path: ['http'], text: /URL/ },
    { what: 'a file URL', healthcheck: { http: 'file:///etc/passwd' }, path: ['http'], text: /http/ },
    {
      what: 'a program that is not in PATH',
      healthcheck: exec('no-such-program-anywhere --now'),
      path: ['exec'],
      text: /cannot run "no-such-program-anywhere": it is not in PATH/,
    },
    {
      what: 'a program that does not exist',
      healthcheck: [{ tcp: 1 }, exec('/nowhere/at/all')],
      path: [1, 'exec'],
      text: /there is no such executable file/,
    },
  ])('$what', async ({ healthcheck, path, text }) => {
    const found = await issuesOf({ services: [service('db'), service('web', { healthcheck })] });
    expect(found).toHaveLength(1);
    const [table, which, ...rest] = found[0]?.path ?? [];
    // A plugin may name a service, the command line finds its place.
    expect([table, which === 'web' ? 1 : which, ...rest]).toEqual(['services', 1, 'healthcheck', ...path]);
    expect(found[0]?.text).toMatch(text);
  });

  it.each<{ what: string; options: object; path: readonly unknown[]; text: RegExp }>([
    { what: 'an unknown key', options: { lissten: ':1' }, path: ['lissten'], text: /mean "listen"/ },
    { what: 'an address that is none', options: { listen: 'a b' }, path: ['listen'], text: /must be like/ },
    { what: 'a port out of range', options: { listen: ':0' }, path: ['listen'], text: /out of range/ },
    { what: 'a drain that nobody sees', options: { drain: 5 }, path: ['drain'], text: /set "listen"/ },
    {
      what: 'a drain as long as the shutdown',
      options: { listen: ':8080', drain: '30s' },
      path: ['drain'],
      text: /the whole shutdown has 30s/,
    },
    {
      what: 'a check without services',
      options: { checks: [{ tcp: 1 }] },
      path: ['checks', 0, 'services'],
      text: /must list/,
    },
    {
      what: 'a check of a service that does not exist',
      options: { checks: [{ tcp: 1, services: ['web', 'wbe'] }] },
      path: ['checks', 0, 'services', 1],
      text: /there is no service of this name did you mean "web"/,
    },
    {
      what: 'a mistake within a check',
      options: { checks: [{ tcp: 1, services: 'web', knd: 'liveness' }] },
      path: ['checks', 0, 'knd'],
      text: /mean "kind"/,
    },
    { what: 'a check that is no table', options: { checks: ['x'] }, path: ['checks', 0], text: /table/ },
    {
      what: 'a program that is not found',
      options: { checks: [{ ...exec('/nowhere/at/all'), services: ['web'] }] },
      path: ['checks', 0, 'exec'],
      text: /there is no such executable file/,
    },
  ])('[plugins.healthcheck]: $what', async ({ options, path, text }) => {
    const found = await issuesOf({ plugins: { healthcheck: options }, services: [service('web')] });
    expect(found[0]?.path).toEqual(['plugins', 'healthcheck', ...path]);
    expect(found[0]?.text).toMatch(text);
  });

  it('all of them at once', async () => {
    const found = await issuesOf({
      plugins: { healthcheck: { lissten: 1, checks: [{}] } },
      services: [service('web', { healthcheck: [{ tcp: 0 }, { htpp: 1 }] })],
    });
    expect(found.length).toBeGreaterThanOrEqual(4);
  });
});

describe('variables', () => {
  const live = (path: string): object => ({ file: path, interval: 1, name: 'flag' });
  const probeOf = (harness: PluginHarness, name: string): unknown =>
    harness.supervisor.serviceStatus(name)?.plugins['healthcheck'];

  it('are replaced in every text, that of a copy among them', async () => {
    await using harness = await harnessWith(
      {
        services: [
          service('web', { healthcheck: live('${FOLDER}/${NAME:-flag}') }),
          service('copy', { instances: 2, healthcheck: [live('/nowhere/${INSTANCE}')] }),
        ],
      },
      { environment: { FOLDER: '/nowhere' } },
    );
    await harness.advance(100);
    for (const [name, file] of [
      ['web', '/nowhere/flag'],
      ['copy@1', '/nowhere/1'],
      ['copy@2', '/nowhere/2'],
    ] as const)
      expect(probeOf(harness, name)).toMatchObject({ checks: [{ probe: `file ${file}` }] });
  });

  it.each([{ exec: '${PROGRAM:-/no where} --now' }, { exec: { command: '${PROGRAM:-/no where} --now' } }])(
    'of %j stay one word',
    async (healthcheck) => {
      const [found] = await issuesOf({ services: [service('web', { healthcheck })] });
      expect(found?.text).toContain('cannot run "/no where": there is no such executable file');
    },
  );

  it('are refused when they are not set', async () => {
    const found = await issuesOf({ services: [service('web', { healthcheck: { tcp: '${TAPPET_TEST_NOT_SET}:80' } })] });
    expect(found).toMatchObject([
      { path: ['services', 0, 'healthcheck', 'tcp'], text: expect.stringContaining('TAPPET_TEST_NOT_SET') },
    ]);
  });

  it('are replaced in [plugins.healthcheck] too', async () => {
    const found = await issuesOf({
      plugins: { healthcheck: { listen: ':${TAPPET_TEST_PORT:-99999}' } },
      services: [service('web')],
    });
    expect(found).toMatchObject([
      { path: ['plugins', 'healthcheck', 'listen'], text: expect.stringContaining('99999') },
    ]);
  });
});
