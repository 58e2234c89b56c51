// oxlint-disable vitest/expect-expect -- the compiler asserts here: expectTypeOf and @ts-expect-error
import {
  type Backoff,
  type Component,
  configured,
  constantBackoff,
  createSupervisor,
  definePlugin,
  exponentialBackoff,
  type HookName,
  HOOKS,
  type Intent,
  type IntentResult,
  type LaunchOptions,
  type Plugin,
  type PluginReport,
  type PluginSupervisor,
  type ReloadReport,
  type ServiceView,
  type Supervisor,
  type SupervisorEvent,
  type SupervisorExit,
  type TapFunctions,
} from '@tappet/core';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';

const budget = definePlugin({
  name: 'budget',
  configSchema: v.object({ perHour: v.optional(v.number(), 20) }),
  setup() {},
});

describe('what a program that embeds a supervisor writes', () => {
  it('is services as the keys of the file, and plugins as values', () => {
    const supervisor = createSupervisor({
      services: [{ name: 'web', command: '/bin/web', restart: { policy: 'always' }, budget: { perHour: 3 } }],
      plugins: [budget, configured(budget, { perHour: 5 })],
    });
    expectTypeOf(supervisor).toEqualTypeOf<Supervisor>();
    expectTypeOf(configured(budget, {})).toExtend<Plugin>();
    // @ts-expect-error a service has a name
    createSupervisor({ services: [{ command: '/bin/web' }] });
    // @ts-expect-error the names of plugins stand in a configuration, values here
    createSupervisor({ plugins: ['budget'] });
    // @ts-expect-error there is no such option
    createSupervisor({ service: [] });
  });

  it('is ended by "await using", by wait() or by ended', () => {
    expectTypeOf<Supervisor>().toExtend<AsyncDisposable>();
    expectTypeOf<Supervisor['wait']>().returns.resolves.toEqualTypeOf<SupervisorExit>();
    expectTypeOf<Supervisor['ended']>().resolves.toEqualTypeOf<SupervisorExit>();
    expectTypeOf<Supervisor['errors']>().toEqualTypeOf<readonly Error[]>();
    expectTypeOf<Supervisor['reload']>().returns.resolves.toEqualTypeOf<ReloadReport>();
    expectTypeOf<Supervisor>().toExtend<PluginSupervisor>();
  });

  it('is components of one kind or the other, each call with a signal', () => {
    const server: Component = {
      async run(signal) {
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      },
      shutdown() {},
    };
    expectTypeOf(server).toExtend<Component>();
    expectTypeOf<{ start(): void; stop(): void }>().toExtend<Component>();
    expectTypeOf<{ start(): void }>().not.toExtend<Component>();
    expectTypeOf<{ run(): void; stop(): void }>().not.toExtend<Component>();
    const options: LaunchOptions = {
      checkReady: (signal) => !signal.aborted,
      maxAttempts: 3,
      backoff: exponentialBackoff({ minMs: 10, maxMs: 1000, jitter: 0.1 }),
      timeouts: { startMs: 1000, shutdownMs: 1000, completionMs: 1000, checkReadyMs: 100 },
      dependsOn: ['db'],
    };
    expectTypeOf(options.backoff).toEqualTypeOf<Backoff | undefined>();
    expectTypeOf(constantBackoff(10)).toEqualTypeOf<Backoff>();
    // @ts-expect-error ready or not: text is neither
    const wrong: LaunchOptions = { checkReady: () => 'yes' };
    expectTypeOf(wrong).toExtend<LaunchOptions>();
  });
});

describe('events and intents', () => {
  it('narrow by type', () => {
    const listen = (event: SupervisorEvent): void => {
      if (event.type === 'custom') expectTypeOf(event.data).toEqualTypeOf<Readonly<Record<string, unknown>>>();
      if (event.type === 'exit') expectTypeOf(event.exit.signal).toEqualTypeOf<NodeJS.Signals | undefined>();
      // @ts-expect-error not every event has a service
      void event.service;
    };
    expectTypeOf(listen).parameter(0).toEqualTypeOf<SupervisorEvent>();
  });

  it('are held to the actions and actors there are', () => {
    expectTypeOf<PluginSupervisor['submit']>().returns.resolves.toEqualTypeOf<IntentResult>();
    const intent: Intent = { action: 'restart', actor: 'rule', reason: 'over its limit' };
    expectTypeOf(intent.plugin).toEqualTypeOf<string | undefined>();
    // @ts-expect-error an intent has a reason
    const silent: Intent = { action: 'stop', actor: 'rule' };
    // @ts-expect-error there is no such action
    const odd: Intent = { action: 'kill', actor: 'rule', reason: 'x' };
    expectTypeOf([silent, odd]).toExtend<Intent[]>();
  });
});

describe('the payload of every hook', () => {
  it('has the service it is about, for those about one', () => {
    type About = {
      [Name in HookName]: Parameters<TapFunctions[Name]> extends [unknown, infer Second]
        ? Second
        : Parameters<TapFunctions[Name]>[0] extends { readonly service: ServiceView }
          ? ServiceView
          : never;
    };
    expectTypeOf<About['onExit']>().toEqualTypeOf<ServiceView>();
    expectTypeOf<About['spawnSpec']>().toEqualTypeOf<{ readonly service: ServiceView }>();
    expectTypeOf<About['plan' | 'onReload' | 'onShutdown']>().toBeNever();
    expectTypeOf<keyof typeof HOOKS>().toEqualTypeOf<HookName>();
  });

  it('can be aborted where something may take long', () => {
    expectTypeOf<Parameters<TapFunctions['checkReady']>[0]['signal']>().toEqualTypeOf<AbortSignal>();
    expectTypeOf<Parameters<TapFunctions['beforeStart']>[0]['signal']>().toEqualTypeOf<AbortSignal>();
    expectTypeOf<Parameters<TapFunctions['beforeStop']>[0]['signal']>().toEqualTypeOf<AbortSignal>();
    expectTypeOf<Parameters<TapFunctions['onShutdown']>[0]['signal']>().toEqualTypeOf<AbortSignal>();
  });
});

describe('what is reported of plugins', () => {
  it('is plain data', () => {
    expectTypeOf<PluginReport['taps'][number]['hook']>().toEqualTypeOf<HookName>();
    expectTypeOf<PluginReport['version']>().toEqualTypeOf<string | null>();
  });
});
