import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ConfigError, type ConfigIssue } from '../../../../packages/core/src/errors/base.ts';
import type { PluginContext } from '../../../../packages/core/src/plugin/context.ts';
import { configured } from '../../../../packages/core/src/plugin/configured.ts';
import { definePlugin, type Plugin } from '../../../../packages/core/src/plugin/define-plugin.ts';
import { failureOf, service } from '../hooks/rig.ts';
import { draftOf, hostRig } from './host-rig.ts';
import { planOf, serviceSpec } from './plans.ts';

interface Budget {
  readonly perHour: number;
}

/** One plugin in three dialects: a number from 1 on, 20 by default, a list of tables, no other keys. */
const DIALECTS: readonly [string, StandardSchemaV1<unknown, Budget>][] = [
  [
    'valibot',
    v.strictObject({
      limits: v.optional(v.array(v.strictObject({ perDay: v.optional(v.number()) }))),
      perHour: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 20),
    }),
  ],
  [
    'zod',
    z.strictObject({
      limits: z.array(z.strictObject({ perDay: z.number().optional() })).optional(),
      perHour: z.number().int().positive().default(20),
    }),
  ],
  [
    'arktype',
    type({
      perHour: 'number.integer > 0 = 20',
      'limits?': type({ 'perDay?': 'number', '+': 'reject' }).array(),
      '+': 'reject',
    }),
  ],
];

function budget(schema: StandardSchemaV1<unknown, Budget>, contexts: PluginContext<Budget, Budget>[]): Plugin {
  return definePlugin<Budget, Budget>({
    name: 'budget',
    configSchema: schema,
    serviceSchema: schema,
    setup: (context) => void contexts.push(context),
  });
}

async function issuesOf(plugins: readonly Plugin[], plan: ReturnType<typeof planOf>): Promise<readonly ConfigIssue[]> {
  const error = await failureOf(hostRig().load(plugins, plan));
  if (!(error instanceof ConfigError)) throw new Error(`expected a ConfigError, received ${String(error)}`);
  return error.issues;
}

describe.each(DIALECTS)('sections checked with %s', (_name, schema) => {
  it('reach the plugin with defaults filled in', async () => {
    const contexts: PluginContext<Budget, Budget>[] = [];
    await hostRig().load(
      [budget(schema, contexts)],
      planOf([serviceSpec('web', { sections: { budget: { perHour: 3 } } }), serviceSpec('db')]),
    );
    const context = contexts[0];
    expect(context?.config).toEqual({ perHour: 20 });
    expect([context?.serviceConfig({ name: 'web' }), context?.serviceConfig({ name: 'db' })]).toEqual([
      { perHour: 3 },
      { perHour: 20 },
    ]);
  });

  it('report every fault at once with its path', async () => {
    const plan = planOf(
      [
        serviceSpec('web', { sections: { budget: { perHour: 'many' } } }),
        serviceSpec('db'),
        serviceSpec('job', { sections: { budget: { perHour: 0 } } }),
        serviceSpec('typo', { sections: { budget: { perHuor: 1 } } }),
      ],
      { pluginConfig: { budget: { perHour: -1 } } },
    );
    const issues = await issuesOf([budget(schema, [])], plan);
    expect(issues.map(({ path }) => path.slice(0, 4))).toEqual([
      ['plugins', 'budget', 'perHour'],
      ['services', 0, 'budget', 'perHour'],
      ['services', 2, 'budget', 'perHour'],
      expect.arrayContaining(['services', 3, 'budget']),
    ]);
    expect(issues.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^plugins\.budget\.perHour: /),
      expect.stringMatching(/^service "web": budget\.perHour: /),
      expect.stringMatching(/^service "job": budget\.perHour: /),
      'cannot use "perHuor" in "budget" of service "typo": there is no such key',
    ]);
  });

  it('tell each unknown key at the key, with the nearest that is known', async () => {
    const plan = planOf(
      [serviceSpec('web', { sections: { budget: { limits: [{ perDya: 1 }, { perDay: 1, x: 1 }] } } })],
      {
        pluginConfig: { budget: { perHuor: 1, unit: 'min' } },
      },
    );
    const issues = await issuesOf([budget(schema, [])], plan);
    expect(issues.map(({ code, path, at, message, hint }) => [code, path.join('.'), at, message, hint])).toEqual([
      unknown('plugins.budget.perHuor', '[plugins.budget]', 'did you mean "perHour"?'),
      unknown('plugins.budget.unit', '[plugins.budget]', 'the keys here are limits, perHour'),
      unknown('services.0.budget.limits.0.perDya', '"budget.limits[0]" of service "web"', 'did you mean "perDay"?'),
      unknown('services.0.budget.limits.1.x', '"budget.limits[1]" of service "web"', 'the keys here are perDay'),
    ]);
  });

  it('tell unknown keys of options that a program gives', async () => {
    const issues = await issuesOf([configured(budget(schema, []), { perHuor: 1 })], planOf([]));
    expect(issues).toMatchObject([{ at: 'key', hint: 'did you mean "perHour"?' }]);
  });
});

function unknown(path: string, table: string, hint: string): readonly string[] {
  const key = path.split('.').at(-1);
  return ['ERR_CONFIG_UNKNOWN_KEY', path, 'key', `cannot use "${key}" in ${table}: there is no such key`, hint];
}

describe('sections', () => {
  const recorder = (contexts: PluginContext[], extra: Partial<Plugin> = {}): Plugin =>
    definePlugin({ name: 'p', setup: (context) => void contexts.push(context), ...extra });

  it('are handed on as read when the plugin has no schema', async () => {
    const contexts: PluginContext[] = [];
    await hostRig().load(
      [recorder(contexts)],
      planOf([serviceSpec('web', { sections: { p: { a: 1 } } }), serviceSpec('db')], { pluginConfig: { p: { b: 2 } } }),
    );
    expect([
      contexts[0]?.config,
      contexts[0]?.serviceConfig({ name: 'web' }),
      contexts[0]?.serviceConfig({ name: 'db' }),
    ]).toEqual([{ b: 2 }, { a: 1 }, {}]);
  });

  it('may be checked by schemas that take their time', async () => {
    const schema = v.pipeAsync(
      v.object({ host: v.string() }),
      v.checkAsync(async ({ host }) => {
        await Promise.resolve();
        return host !== 'nowhere';
      }, 'this host does not exist'),
    );
    const plan = planOf([serviceSpec('web', { sections: { p: { host: 'nowhere' } } })]);
    expect(await issuesOf([recorder([], { serviceSchema: schema })], plan)).toMatchObject([
      { path: ['services', 0, 'p'], message: 'service "web": p: this host does not exist' },
    ]);
  });

  it('report a schema that throws instead of falling over it', async () => {
    const schema = v.pipe(
      v.any(),
      v.transform(() => {
        throw new Error('boom');
      }),
    );
    expect(await issuesOf([recorder([], { configSchema: schema })], planOf([]))).toMatchObject([
      { path: ['plugins', 'p'], message: 'plugins.p: its schema failed: boom' },
    ]);
  });

  it('include further keys of a service that the plugin owns', async () => {
    const contexts: PluginContext[] = [];
    const plugin = recorder(contexts, { serviceKeys: { rules: v.array(v.string()), limits: v.number() } });
    await hostRig().load([plugin], planOf([serviceSpec('web', { sections: { rules: ['a'] } })]));
    const web = { name: 'web' };
    expect([contexts[0]?.serviceKey(web, 'rules'), contexts[0]?.serviceKey(web, 'limits')]).toEqual([['a'], undefined]);
    const plan = planOf([serviceSpec('web', { sections: { rules: 'a', limits: 'b' } })]);
    expect((await issuesOf([plugin], plan)).map(({ path }) => path)).toEqual([
      ['services', 0, 'rules'],
      ['services', 0, 'limits'],
    ]);
  });

  it('that nothing owns are refused with the nearest name or the package that would own them', async () => {
    const plan = planOf([serviceSpec('web', { sections: { helthcheck: {}, logrotate: {}, slack: {} } })], {
      pluginConfig: { sentry: {} },
    });
    const issues = await issuesOf([recorder([], { name: 'healthcheck' })], plan);
    expect(issues.map(({ path, at, hint }) => [path, at, hint])).toEqual([
      [['plugins', 'sentry'], 'key', expect.stringContaining('npm install tappet-plugin-sentry')],
      [['services', 0, 'helthcheck'], 'key', expect.stringContaining('did you mean "healthcheck"?')],
      [['services', 0, 'logrotate'], 'key', 'add "logrotate" to plugins and npm install @tappet/plugin-logrotate'],
      [['services', 0, 'slack'], 'key', expect.stringContaining('npm install tappet-plugin-slack')],
    ]);
  });

  it('take options that stand under the name of the package', async () => {
    const contexts: PluginContext[] = [];
    await hostRig().load([recorder(contexts)], planOf([], { pluginConfig: { '@acme/tappet-plugin-p': { a: 1 } } }));
    expect(contexts[0]?.config).toEqual({ a: 1 });
  });

  it('of copies are reported once, at the place of the service that was written', async () => {
    const copy = (index: number): ReturnType<typeof serviceSpec> =>
      serviceSpec(`web@${index}`, { instance: { of: 'web', index }, sections: { p: { port: 'x' } } });
    const schema = v.object({ port: v.number() });
    const plan = planOf([copy(1), copy(2), copy(3), serviceSpec('db', { sections: { p: {} } })]);
    const issues = await issuesOf(
      [recorder([], { serviceSchema: v.optional(schema) as unknown as StandardSchemaV1 })],
      plan,
    );
    expect(issues.map(({ path }) => path)).toEqual([
      ['services', 0, 'p', 'port'],
      ['services', 1, 'p', 'port'],
    ]);
  });

  it('of services that a plan hook adds are checked before they are in force', async () => {
    const contexts: PluginContext[] = [];
    const schema = v.object({ port: v.optional(v.number(), 80) });
    const plugin = recorder(contexts, { serviceSchema: schema });
    const { prepare } = hostRig();
    const plan = planOf([serviceSpec('web')]);
    const pending = await prepare([plugin], plan);
    const draft = await pending.transformPlan(draftOf(plan));
    const sidecar = serviceSpec('sidecar', { sections: { p: { port: 'x' } } });
    const wrong = { ...plan, services: [...draft.services, sidecar] };
    expect(await failureOf(pending.setPlan(wrong))).toMatchObject({
      issues: [
        {
          path: ['services', 'sidecar', 'p', 'port'],
          message: expect.stringContaining('service "sidecar"') as unknown,
        },
      ],
    });
    await pending.setPlan({ ...wrong, services: [...draft.services, serviceSpec('sidecar')] });
    expect(contexts[0]?.serviceConfig({ name: 'sidecar' })).toEqual({ port: 80 });
    await pending.abandon();
  });

  it('answer for a service that left the plan and is still stopping, and for a component', async () => {
    const contexts: PluginContext[] = [];
    const plugin = recorder(contexts, { serviceSchema: v.object({ port: v.optional(v.number(), 80) }) });
    const { load } = hostRig();
    await load([plugin], planOf([serviceSpec('old', { sections: { p: { port: 1 } } })]));
    await load([plugin], planOf([serviceSpec('new')]));
    expect(contexts[1]?.serviceConfig({ name: 'old' })).toEqual({ port: 1 });
    expect(contexts[1]?.serviceConfig({ ...service, name: 'component' })).toEqual({ port: 80 });
  });

  it('throw a TypeError with the nearest name for a service that does not exist', async () => {
    const contexts: PluginContext[] = [];
    await hostRig().load([recorder(contexts)], planOf([serviceSpec('web-server')]));
    expect(() => contexts[0]?.serviceConfig({ name: 'web-sever' })).toThrow(TypeError);
    expect(() => contexts[0]?.serviceConfig({ name: 'web-sever' })).toThrow('did you mean "web-server"?');
  });

  it('cannot be written on where services share a default', async () => {
    const contexts: PluginContext[] = [];
    await hostRig().load([recorder(contexts)], planOf([serviceSpec('a'), serviceSpec('b')]));
    const config = contexts[0]?.serviceConfig({ name: 'a' }) as Record<string, unknown>;
    expect(() => {
      config['x'] = 1;
    }).toThrow(TypeError);
  });

  it('let a setup that looks further refuse the configuration with places of its own', async () => {
    const issue: ConfigIssue = {
      code: 'ERR_CONFIG_TYPE',
      message: 'web: rule 3 names no service',
      path: ['services', 0, 'rules', 2],
    };
    const plugin = definePlugin({
      name: 'p',
      setup() {
        throw new ConfigError([issue]);
      },
    });
    expect(await issuesOf([plugin], planOf([]))).toEqual([issue]);
  });

  it('of 500 services and 10 plugins are checked within a fraction of a second', async () => {
    const plugins = Array.from({ length: 10 }, (_, index) =>
      definePlugin({ name: `p${index}`, serviceSchema: v.object({ port: v.optional(v.number(), 80) }), setup() {} }),
    );
    const services = Array.from({ length: 500 }, (_, index) =>
      serviceSpec(`s${index}`, { sections: { p0: { port: index } } }),
    );
    const { load } = hostRig();
    await load(plugins, planOf(services));
    const startedMs = performance.now();
    await load(plugins, planOf(services));
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});
