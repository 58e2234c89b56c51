import { pluginHarness } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';
import type { PluginContext } from '../../../../packages/core/src/plugin/context.ts';
import { createToken } from '../../../../packages/core/src/plugin/context.ts';
import { definePlugin, type Plugin } from '../../../../packages/core/src/plugin/define-plugin.ts';
import { failureOf, service } from '../hooks/rig.ts';
import { hostRig } from './host-rig.ts';

/** A plugin that keeps its context for the test. */
function keeper(name = 'keeper', extra: Partial<Plugin> = {}): { plugin: Plugin; contexts: PluginContext[] } {
  const contexts: PluginContext[] = [];
  return { contexts, plugin: definePlugin({ name, setup: (context) => void contexts.push(context), ...extra }) };
}

async function contextOf(): Promise<{ rig: ReturnType<typeof hostRig>; context: PluginContext }> {
  const rig = hostRig();
  const { plugin, contexts } = keeper();
  await rig.load([plugin]);
  const context = contexts[0];
  if (context === undefined) throw new Error('setup did not run');
  return { rig, context };
}

describe('intents of a plugin', () => {
  it('carry its name whatever it says', async () => {
    const { rig, context } = await contextOf();
    await context.supervisor.submit('web', {
      action: 'restart',
      actor: 'rule',
      reason: 'slow',
      plugin: 'someone else',
    });
    expect(rig.intents).toEqual([
      { service: 'web', action: 'restart', actor: 'rule', reason: 'slow', plugin: 'keeper' },
    ]);
  });

  it('end with its generation', async () => {
    const { rig, context } = await contextOf();
    await rig.load([]);
    const intent = { action: 'stop', actor: 'rule', reason: 'leaked timer' } as const;
    expect(await context.supervisor.submit('web', intent)).toMatchObject({ outcome: 'refused' });
    context.supervisor.requestStop('leaked');
    await expect(context.supervisor.reload()).rejects.toThrow('is over');
    expect([rig.intents, rig.stops]).toEqual([[], []]);
  });
});

describe('subscriptions of a plugin', () => {
  it('end with its generation without being taken back', async () => {
    const { rig, context } = await contextOf();
    context.supervisor.subscribe(() => {});
    const unsubscribe = context.supervisor.subscribe(() => {});
    expect(rig.listeners.size).toBe(2);
    unsubscribe();
    unsubscribe();
    expect(rig.listeners.size).toBe(1);
    await rig.load([]);
    expect(rig.listeners.size).toBe(0);
    context.supervisor.subscribe(() => {});
    expect(rig.listeners.size).toBe(0);
  });

  it('harm nobody when a listener throws', async () => {
    const { rig, context } = await contextOf();
    context.supervisor.subscribe(() => {
      throw new Error('boom');
    });
    const event = { type: 'started', services: 0, failed: [], seq: 1, time: '' } as const;
    for (const listener of rig.listeners) listener(event);
    expect(rig.logged).toEqual(['error [keeper] a listener of plugin "keeper" for events failed']);
  });
});

describe('shared values', () => {
  const token = createToken<{ spend(): number }>('example.com/budget');

  it('reach plugins that are set up later', async () => {
    const { load } = hostRig();
    const seen: (number | undefined)[] = [];
    await load([
      definePlugin({ name: 'taker', after: ['owner'], setup: ({ use }) => void seen.push(use(token)?.spend()) }),
      definePlugin({
        name: 'early',
        setup: ({ use }) => void seen.push(use(createToken<{ spend(): number }>('example.com/budget'))?.spend()),
      }),
      definePlugin({ name: 'owner', setup: ({ provide }) => provide(token, { spend: () => 7 }) }),
    ]);
    expect(seen).toEqual([7, 7]);
    seen.length = 0;
    await load([definePlugin({ name: 'taker', setup: ({ use }) => void seen.push(use(token)?.spend()) })]);
    expect(seen).toEqual([undefined]);
  });

  it('are provided by one plugin only', async () => {
    const provider = (name: string): Plugin =>
      definePlugin({ name, setup: ({ provide }) => provide(token, { spend: () => 1 }) });
    expect(await failureOf(hostRig().load([provider('a'), provider('b')]))).toMatchObject({
      message: 'cannot set up plugin "b": provide: "example.com/budget" is provided by plugin "a" already',
    });
  });
});

describe('exposed methods', () => {
  const signal = new AbortController().signal;
  const withMethods = definePlugin({
    name: 'm',
    setup({ expose }) {
      expose('echo', (params) => ({ params }));
      expose('fail', () => {
        throw new Error('boom');
      });
      expose('hang', () => new Promise(() => {}));
    },
  });

  it('are called by plugin and method', async () => {
    const { host, load } = hostRig();
    await load([withMethods]);
    expect(await host.call('m', 'echo', { a: 1 }, signal)).toEqual({ params: { a: 1 } });
  });

  it.each([
    ['m', 'ecko', 'cannot call "m/ecko": the plugin does not offer this', 'did you mean "echo"?'],
    ['mm', 'echo', 'cannot call "mm/echo": this plugin is not loaded', 'did you mean "m"?'],
    ['m', 'fail', 'cannot call "m/fail": boom', undefined],
    ['__proto__', 'toString', 'cannot call "__proto__/toString": this plugin is not loaded', undefined],
    ['m', '__proto__', 'cannot call "m/__proto__": the plugin does not offer this', undefined],
    ['m', 'constructor', 'cannot call "m/constructor": the plugin does not offer this', undefined],
    ['constructor', 'call', 'cannot call "constructor/call": this plugin is not loaded', undefined],
  ])('answer %s/%s with an error', async (plugin, method, message, hint) => {
    const { host, load } = hostRig();
    await load([withMethods]);
    expect(await failureOf(host.call(plugin, method, {}, signal))).toMatchObject({
      code: 'ERR_PLUGIN_CALL',
      message,
      hint,
    });
  });

  it('are left as soon as the caller gives up', async () => {
    const { host, load } = hostRig();
    await load([withMethods]);
    const abort = new AbortController();
    const failure = failureOf(host.call('m', 'hang', {}, abort.signal));
    abort.abort(new Error('client went away'));
    expect(await failure).toMatchObject({ code: 'ERR_PLUGIN_CALL', message: 'cannot call "m/hang": client went away' });
    expect(await failureOf(host.call('m', 'echo', {}, abort.signal))).toMatchObject({ code: 'ERR_PLUGIN_CALL' });
  });

  it('have one name each', async () => {
    const twice = definePlugin({
      name: 'm',
      setup({ expose }) {
        expose('a', () => 1);
        expose('a', () => 2);
      },
    });
    expect(await failureOf(hostRig().load([twice]))).toMatchObject({
      message: expect.stringContaining('offered twice') as unknown,
    });
  });
});

describe('what plugins add to the status', () => {
  it('stands under their name, and a throw leaves that plugin out and is reported once', async () => {
    const { host, load, complaints } = hostRig();
    await load([
      definePlugin({
        name: 'a',
        setup({ describe: add }) {
          add((view) => ({ name: view.name }));
          add(() => ({ more: 1 }));
        },
      }),
      definePlugin({
        name: 'bad',
        setup: ({ describe: add }) =>
          add(() => {
            throw new Error('boom');
          }),
      }),
      definePlugin({ name: 'silent', setup: ({ describe: add }) => add(() => undefined) }),
    ]);
    expect(host.describe(service)).toEqual({ a: { name: 'web', more: 1 } });
    host.describe(service);
    expect(complaints()).toEqual(['describe of plugin "bad" failed: boom']);
  });
});

describe('own events', () => {
  it('carry plugin, name and data', async () => {
    const { rig, context } = await contextOf();
    context.emit('example.com/spent', { left: 0 });
    expect(rig.events).toEqual([{ type: 'custom', plugin: 'keeper', name: 'example.com/spent', data: { left: 0 } }]);
  });

  it.each(['spent', 'example/spent', '/x', 'example.com/', 'example.com/a b'])('refuse the name %j', async (name) => {
    const { context } = await contextOf();
    expect(() => context.emit(name, {})).toThrow(TypeError);
  });
});

describe('a plugin given as a value', () => {
  it.each([
    ['a function', () => {}, 'it is a function'],
    ['undefined', undefined, 'it is missing'],
    ['no setup', { name: 'x' }, 'its setup is undefined'],
    ['a bad name', { name: 'My Plugin', setup() {} }, 'its name is "My Plugin"'],
    ['a schema of no standard', { name: 'x', setup() {}, configSchema: {} }, 'its configSchema is no Standard Schema'],
    ['a rule of no kind', { name: 'x', setup() {}, variables: { run: 'shell' } }, 'its variables.run is "shell"'],
  ])('that is %s is refused', async (_what, value, message) => {
    const entry = { plugin: value as unknown as Plugin, version: null, from: null, core: null };
    expect(await failureOf(hostRig().prepare([entry]))).toMatchObject({
      code: 'ERR_PLUGIN_INVALID',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('made for another core is refused, naming plugin, wanted and found version', async () => {
    const entries = [
      { plugin: keeper('old').plugin, version: '0.9.0', from: null, core: '^0.5.0' },
      { plugin: keeper('fine').plugin, version: '1.0.0', from: null, core: '>=1.0.0' },
      { plugin: keeper('new', { core: '2.x' }).plugin, version: null, from: null, core: null },
      { plugin: keeper('odd', { core: 'whatever' }).plugin, version: null, from: null, core: null },
    ];
    expect(await failureOf(hostRig().load(entries))).toMatchObject({
      code: 'ERR_PLUGIN_VERSION',
      plugin: 'old',
      message:
        'cannot load plugins: "old" 0.9.0 wants @tappet/core ^0.5.0, found 1.2.3; ' +
        '"new" wants @tappet/core 2.x, found 1.2.3; "odd" wants @tappet/core whatever, found 1.2.3',
    });
  });
});

describe('the environment of a plugin', () => {
  it('is the one that the supervisor was given, not that of the process', async () => {
    const { plugin, contexts } = keeper();
    const environment: Record<string, string> = { PORT: '8080' };
    await using harness = await pluginHarness(plugin, { environment });
    environment['PORT'] = '9090';
    await harness.reload();

    expect(contexts.map((context) => context.environment)).toEqual([{ PORT: '8080' }, { PORT: '8080' }]);
  });

  it('can be changed by nobody', async () => {
    const { plugin, contexts } = keeper();
    await using harness = await pluginHarness(plugin, { environment: { PORT: '8080' } });

    expect(harness.supervisor.plugins()).toHaveLength(1);
    expect(Object.isFrozen(contexts[0]?.environment)).toBe(true);
  });
});
