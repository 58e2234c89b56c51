// oxlint-disable vitest/expect-expect -- the compiler asserts here: expectTypeOf and @ts-expect-error
import {
  createToken,
  definePlugin,
  type ExitInfo,
  type HookName,
  type OutputSink,
  type Plugin,
  type RestartDecision,
  type ScopedHooks,
  type ServiceView,
  type SpawnSpec,
} from '@tappet/core';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import * as z from 'zod';

describe('what definePlugin infers', () => {
  it('is the output of a zod schema, defaults applied', () => {
    definePlugin({
      name: 'budget',
      configSchema: z.object({ perHour: z.number().default(20), mode: z.enum(['soft', 'hard']) }),
      serviceSchema: z.object({ perHour: z.number().optional() }),
      setup({ config, serviceConfig }) {
        expectTypeOf(config).toEqualTypeOf<{ perHour: number; mode: 'soft' | 'hard' }>();
        expectTypeOf(serviceConfig({ name: 'web' })).toEqualTypeOf<{ perHour?: number | undefined }>();
      },
    });
  });

  it('is the output of a valibot schema, defaults applied', () => {
    definePlugin({
      name: 'budget',
      configSchema: v.object({ perHour: v.optional(v.number(), 20) }),
      setup({ config, serviceConfig }) {
        expectTypeOf(config).toEqualTypeOf<{ perHour: number }>();
        expectTypeOf(serviceConfig({ name: 'web' })).toBeUnknown();
      },
    });
  });

  it('is the output of an arktype schema, defaults applied', () => {
    definePlugin({
      name: 'budget',
      configSchema: type({ perHour: 'number = 20' }),
      setup({ config }) {
        expectTypeOf(config).toEqualTypeOf<{ perHour: number }>();
      },
    });
  });

  it('is what a transformation makes of it', () => {
    definePlugin({
      name: 'since',
      configSchema: z.object({ since: z.string().transform((text) => new Date(text)) }),
      setup({ config }) {
        expectTypeOf(config.since).toEqualTypeOf<Date>();
      },
    });
  });

  it('is unknown without a schema', () => {
    definePlugin({
      name: 'plain',
      setup({ config }) {
        expectTypeOf(config).toBeUnknown();
      },
    });
  });

  it('stands where any plugin is expected', () => {
    const plugin = definePlugin({ name: 'p', configSchema: z.object({ a: z.number() }), setup() {} });
    expectTypeOf(plugin).toExtend<Plugin>();
    expectTypeOf([plugin, definePlugin({ name: 'q', setup() {} })]).toExtend<readonly Plugin[]>();
  });

  it('refuses a name that is no text, a missing setup and what is no schema', () => {
    // @ts-expect-error a name is text
    definePlugin({ name: 1, setup() {} });
    // @ts-expect-error setup is what a plugin is
    definePlugin({ name: 'p' });
    // @ts-expect-error a table of types is no Standard Schema
    definePlugin({ name: 'p', configSchema: { perHour: 'number' }, setup() {} });
  });
});

describe('what taps get and may return', () => {
  it('follows from the hook', () => {
    definePlugin({
      name: 'p',
      setup({ hooks }) {
        hooks.onExit.tap('exit', async ({ service, exit }) => {
          expectTypeOf(service).toEqualTypeOf<ServiceView>();
          expectTypeOf(exit).toEqualTypeOf<ExitInfo>();
          expectTypeOf(exit.code).toEqualTypeOf<number | undefined>();
        });
        hooks.spawnSpec.tap('spec', (spec, { service }) => {
          expectTypeOf(spec).toEqualTypeOf<SpawnSpec>();
          return { ...spec, command: service.name };
        });
        hooks.decideRestart.tap('decide', ({ failures }) => {
          expectTypeOf(failures).toBeNumber();
          return failures > 3 ? { restart: false, reason: 'enough' } : undefined;
        });
        hooks.onOutput.tap({ name: 'sink', stage: 'early' }, () => ({ write: () => true }));
        hooks.beforeStart.tap({ name: 'gate', deadlineMs: 500 }, ({ signal }) => {
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        });
        hooks.checkReady.tap('sync is fine', () => {});
      },
    });
  });

  it('gets the environment of the supervisor, to be read only', () => {
    definePlugin({
      name: 'p',
      setup({ environment }) {
        expectTypeOf(environment['PORT']).toEqualTypeOf<string | undefined>();
        // @ts-expect-error it is everybody's
        environment['PORT'] = '8080';
      },
    });
  });

  it('is held to what the hook can use', () => {
    definePlugin({
      name: 'p',
      setup({ hooks }) {
        // @ts-expect-error a decision has a reason
        hooks.decideRestart.tap('decide', () => ({ restart: true }));
        // @ts-expect-error a decision is sync
        hooks.decideRestart.tap('decide', async () => ({ restart: true, reason: 'x' }));
        // @ts-expect-error a sink can be written to
        hooks.onOutput.tap('sink', () => ({ close() {} }));
        // @ts-expect-error there are three stages
        hooks.onExit.tap({ name: 'x', stage: 'first' }, () => {});
        // @ts-expect-error there is no such hook
        hooks.onExist.tap('x', () => {});
      },
    });
  });

  it('cannot be changed', () => {
    definePlugin({
      name: 'p',
      setup({ hooks, supervisor }) {
        hooks.onReady.tap('x', ({ service }) => {
          // @ts-expect-error a view is for reading
          service.state = 'STOPPED';
        });
        // @ts-expect-error the plan is a frozen value
        supervisor.plan.services.push(undefined);
      },
    });
  });

  it('covers every hook', () => {
    expectTypeOf<keyof ScopedHooks>().toEqualTypeOf<HookName>();
    expectTypeOf<RestartDecision['delayMs']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<OutputSink['write']>().returns.toBeBoolean();
  });
});

describe('what a context hands on', () => {
  it('keeps the type of what is carried and shared', () => {
    const budget = createToken<{ spend(): number }>('example.com/budget');
    definePlugin({
      name: 'p',
      setup({ carry, provide, use }) {
        const cache = carry(
          'cache',
          () => new Map<string, number>(),
          (map) => map.clear(),
        );
        expectTypeOf(cache).toEqualTypeOf<Map<string, number>>();
        expectTypeOf(use(budget)).toEqualTypeOf<{ spend(): number } | undefined>();
        provide(budget, { spend: () => 1 });
        // @ts-expect-error not what the token stands for
        provide(budget, { spend: () => 'a' });
      },
    });
  });
});
