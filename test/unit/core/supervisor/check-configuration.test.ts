import {
  checkConfiguration,
  ConfigError,
  type ConfigIssue,
  definePlugin,
  type LoadedConfig,
  type Plugin,
} from '@tappet/core';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

interface Checked {
  readonly plugins?: readonly Plugin[];
  readonly raw?: object;
}

const web = { name: 'web', command: '/bin/sh' };

async function check({ plugins = [], raw = {} }: Checked): Promise<readonly ConfigIssue[]> {
  const { issues } = await checkConfiguration({
    plugins,
    source: { load: async () => loaded({ services: [web], ...raw }) },
    environment: {},
  });
  return issues;
}

/** In the place of a file: the line is the length of the path. */
function loaded(raw: object): LoadedConfig {
  return {
    raw: { project: 'checked', ...raw },
    file: '/srv/services.toml',
    directory: '/srv',
    locate: (issues) => issues.map((issue) => ({ ...issue, line: issue.path.length })),
  };
}

describe('a check of a configuration', () => {
  it('gives the plan as plugins changed it', async () => {
    const plugin = definePlugin({
      name: 'sidecar',
      setup({ hooks }) {
        hooks.plan.tap('add', (draft) => ({
          ...draft,
          services: [...draft.services, ...draft.services.map((spec) => ({ ...spec, name: `${spec.name}-side` }))],
        }));
      },
    });
    const { plan, issues } = await checkConfiguration({ plugins: [plugin], services: [web] });
    expect(plan?.services.map(({ name }) => name)).toEqual(['web', 'web-side']);
    expect(issues).toEqual([]);
  });

  it('tells faults of the core, of sections, of missing plugins and of the machine at once, each in its place', async () => {
    const plugin = definePlugin({ name: 'p', configSchema: v.strictObject({ a: v.optional(v.number()) }), setup() {} });
    const raw = {
      plugins: { p: { b: 1 }, 'not-there': { c: 1 } },
      services: [
        { ...web, requierd: true },
        { name: 'db', command: '/bin/db', p: 1, 'not-there': {} },
      ],
    };
    expect(
      (await check({ plugins: [plugin], raw })).map(({ code, path, line }) => [code, path.join('.'), line]),
    ).toEqual([
      ['ERR_PLUGIN_NOT_FOUND', 'plugins.not-there', 2],
      ['ERR_CONFIG_UNKNOWN_KEY', 'services.0.requierd', 3],
      ['ERR_CONFIG_UNKNOWN_KEY', 'plugins.p.b', 3],
    ]);
    expect(await check({ raw: { services: [{ ...web, command: '/bin/not-there' }] } })).toMatchObject([
      { code: 'ERR_CONFIG_COMMAND', path: ['services', 0, 'command'], line: 3 },
    ]);
  });

  it('tells what every plugin finds in its setup, and what the plan hook makes impossible', async () => {
    const refusing = (name: string): Plugin =>
      definePlugin({
        name,
        setup({ supervisor }) {
          const [first] = supervisor.plan.services;
          const path = ['services', first?.name ?? '', name];
          throw new ConfigError([{ code: 'ERR_CONFIG_COMMAND', message: `cannot run ${name}`, path }]);
        },
      });
    expect(await check({ plugins: [refusing('one'), refusing('two')] })).toMatchObject([
      { message: 'cannot run one', path: ['services', 'web', 'one'] },
      { message: 'cannot run two', path: ['services', 'web', 'two'] },
    ]);
    const breaking = definePlugin({
      name: 'breaking',
      setup({ hooks }) {
        hooks.plan.tap('twice', (draft) => ({ ...draft, services: [...draft.services, ...draft.services] }));
      },
    });
    expect(await check({ plugins: [breaking] })).toMatchObject([{ code: 'ERR_CONFIG_DUPLICATE' }]);
    const refusingPlan = definePlugin({
      name: 'refusing-plan',
      setup({ hooks }) {
        const issue: ConfigIssue = {
          code: 'ERR_CONFIG_COMMAND',
          message: 'not this',
          path: ['services', 0, 'command'],
        };
        hooks.plan.tap('refuse', () => {
          throw new ConfigError([issue]);
        });
      },
    });
    expect(await check({ plugins: [refusingPlan] })).toMatchObject([
      { message: 'not this', path: ['services', 0, 'command'], line: 3 },
    ]);
  });

  it('tells of a setup that fails, and of plugins that do not go together', async () => {
    const failing = definePlugin({
      name: 'failing',
      setup() {
        throw new Error('no licence');
      },
    });
    expect(await check({ plugins: [failing] })).toMatchObject([
      { code: 'ERR_PLUGIN_SETUP', message: 'cannot set up plugin "failing": no licence', path: ['plugins', 'failing'] },
    ]);
    const needy = definePlugin({ name: 'needy', requires: ['other'], setup() {} });
    expect(await check({ plugins: [needy] })).toMatchObject([{ code: 'ERR_PLUGIN_ORDER', path: ['plugins', 'needy'] }]);
  });

  it('tells as a warning what a plugin warns of in its log', async () => {
    const plugin = definePlugin({ name: 'p', setup: ({ log }) => log.warn({ rule: 3 }, 'rule 3 has no effect') });
    expect(await check({ plugins: [plugin] })).toEqual([
      expect.objectContaining({
        severity: 'warning',
        message: 'plugin "p": rule 3 has no effect',
        path: ['plugins', 'p'],
      }),
    ]);
  });

  it('opens nothing and leaves nothing: no onActivate runs, what was deferred and carried is disposed of', async () => {
    const steps: string[] = [];
    const plugin = definePlugin({
      name: 'p',
      setup({ onActivate, onInForce, defer, carry, supervisor, hooks }) {
        carry(
          'c',
          () => void steps.push('carry'),
          () => void steps.push('dispose'),
        );
        onActivate(() => void steps.push('activate'));
        onInForce(() => void steps.push('in force'));
        defer(() => void steps.push('defer'));
        hooks.onShutdown.tap('down', () => void steps.push('down'));
        supervisor.requestStop('as if it mattered');
        steps.push(supervisor.status().phase, String(supervisor.services().length));
      },
    });
    expect(await check({ plugins: [plugin] })).toEqual([]);
    expect(steps).toEqual(['carry', 'starting', '0', 'defer', 'dispose']);
  });

  it('does what a plugin asks of the supervisor for nobody', async () => {
    const answers: unknown[] = [];
    const plugin = definePlugin({
      name: 'p',
      async setup({ supervisor }) {
        answers.push(await supervisor.submit('web', { action: 'start', actor: 'rule', reason: 'why not' }));
        answers.push(
          await supervisor.reload().catch(String),
          await supervisor.call('p', 'x', {}, AbortSignal.timeout(1)).catch(String),
        );
      },
    });
    expect(await check({ plugins: [plugin] })).toEqual([]);
    expect(answers).toEqual([
      { outcome: 'refused', message: 'the configuration is only checked' },
      expect.stringContaining('cannot reload'),
      expect.stringContaining('cannot call "p/x"'),
    ]);
  });

  it('finds what a start finds, with the same words', async () => {
    const { createSupervisor } = await import('@tappet/core');
    const plugin = definePlugin({ name: 'p', serviceSchema: v.strictObject({ a: v.number() }), setup() {} });
    const options = { plugins: [plugin], services: [{ ...web, p: { b: 1 }, colour: 'red' }], environment: {} };
    const { issues } = await checkConfiguration(options);
    const error: unknown = await createSupervisor(options)
      .start()
      .catch((reason: unknown) => reason);
    expect(issues).not.toEqual([]);
    expect(error instanceof ConfigError && error.issues).toEqual(issues);
  });
});
