import { describe, expect, it } from 'vitest';
import { definePlugin, type Plugin } from '../../../../packages/core/src/plugin/define-plugin.ts';
import { exitPayload, failureOf, never, service } from '../hooks/rig.ts';
import { hostRig } from './host-rig.ts';

/** A plugin that writes down its life, with a number for each generation. */
function diary(name: string, lines: string[], extra: Partial<Plugin> = {}): Plugin {
  let generations = 0;
  return definePlugin({
    name,
    setup({ defer, onActivate, onInForce, hooks }) {
      const id = `${name}${++generations}`;
      lines.push(`setup ${id}`);
      onActivate(() => void lines.push(`activate ${id}`));
      onInForce(() => void lines.push(`in force ${id}`));
      defer(() => void lines.push(`first deferred ${id}`));
      defer(async () => void lines.push(`last deferred ${id}`));
      hooks.onExit.tap('exit', () => void lines.push(`exit ${id}`));
    },
    ...extra,
  });
}

describe('generations', () => {
  it('call nothing before the first commit', async () => {
    const { host, prepare } = hostRig();
    const lines: string[] = [];
    const pending = await prepare([diary('a', lines)]);
    await host.lifecycle.onExit(exitPayload);
    await pending.activate();
    await host.lifecycle.onExit(exitPayload);
    expect(lines).toEqual(['setup a1', 'activate a1']);
    await pending.commit();
    await host.lifecycle.onExit(exitPayload);
    expect(lines.slice(2)).toEqual(['in force a1', 'exit a1']);
  });

  it('are swapped at once and disposed last in, first out', async () => {
    const { host, load } = hostRig();
    const lines: string[] = [];
    const plugins = [diary('a', lines), diary('b', lines, { requires: ['a'] })];
    await load(plugins);
    lines.length = 0;
    await load(plugins);
    await host.lifecycle.onExit(exitPayload);
    expect(lines).toEqual([
      'setup a2',
      'setup b2',
      'activate a2',
      'activate b2',
      'in force a2',
      'in force b2',
      'last deferred b1',
      'first deferred b1',
      'last deferred a1',
      'first deferred a1',
      'exit a2',
      'exit b2',
    ]);
  });

  it('hand outputs over after the swap and before the old one is disposed', async () => {
    const { prepare, load } = hostRig();
    const lines: string[] = [];
    await load([diary('a', lines)]);
    const pending = await prepare([diary('b', lines)]);
    await pending.activate();
    lines.length = 0;
    await pending.commit(() => void lines.push('outputs'));
    expect(lines).toEqual(['in force b1', 'outputs', 'last deferred a1', 'first deferred a1']);
  });

  it('say which plugins come and go', async () => {
    const { load, prepare } = hostRig();
    await load([diary('a', []), diary('b', [])]);
    const pending = await prepare([diary('b', []), diary('c', [])]);
    expect([pending.added, pending.removed]).toEqual([['c'], ['a']]);
    await pending.abandon();
  });

  it('wait for calls under way on the old one', async () => {
    const { host, clock, load } = hostRig();
    const lines: string[] = [];
    await load([
      definePlugin({
        name: 'slow',
        setup({ hooks, defer }) {
          hooks.onExit.tap('post', () => new Promise((resolve) => void clock.setTimer(2000, resolve)));
          defer(() => void lines.push(`disposed at ${clock.nowMs()}`));
        },
      }),
    ]);
    void host.lifecycle.onExit(exitPayload).then(() => lines.push(`posted at ${clock.nowMs()}`));
    const reload = load([]);
    await clock.advance(2000);
    await reload;
    expect(lines).toEqual(['posted at 2000', 'disposed at 2000']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('do not wait for ever, and say what they left', async () => {
    const { host, clock, load, logged } = hostRig();
    await load([definePlugin({ name: 'hung', setup: ({ hooks }) => hooks.onExit.tap('post', never) })]);
    const call = host.lifecycle.onExit(exitPayload);
    const reload = load([]);
    await clock.advance(5000);
    await reload;
    expect(logged).toContain('warn plugins are disposed while calls of onExit are still under way');
    await clock.advance(25_000);
    await call;
  });

  it('lose no call of a hook while they are swapped again and again', async () => {
    const { host, load, clock } = hostRig();
    let calls = 0;
    const counter = definePlugin({
      name: 'count',
      setup({ hooks }) {
        hooks.onReady.tap('sync', () => void calls++);
        hooks.onExit.tap('async', async () => {
          await Promise.resolve();
          calls++;
        });
      },
    });
    await load([counter]);
    let made = 0;
    for (let round = 0; round < 20; round++) {
      const reload = load([counter]);
      for (let call = 0; call < 5; call++) {
        host.lifecycle.onReady({ service, startupMs: 1 });
        void host.lifecycle.onExit(exitPayload);
        made += 2;
        await Promise.resolve();
      }
      await reload;
    }
    await clock.settle();
    expect(calls).toBe(made);
  });
});

describe('a failing plugin', () => {
  const fails = (setup: Plugin['setup']): Plugin => definePlugin({ name: 'bad', setup });

  it.each([
    [
      'throws in setup',
      fails(() => {
        throw new Error('boom');
      }),
      { code: 'ERR_PLUGIN_SETUP', hook: 'setup', message: 'cannot set up plugin "bad": boom' },
    ],
    [
      'rejects in setup',
      fails(async () => {
        throw new Error('boom');
      }),
      { code: 'ERR_PLUGIN_SETUP', hook: 'setup' },
    ],
    [
      'hangs in setup',
      fails(never),
      {
        code: 'ERR_PLUGIN_DEADLINE',
        hook: 'setup',
        message: 'cannot wait for setup of plugin "bad": it did not settle within 30000 ms',
      },
    ],
    [
      'throws in onActivate',
      fails(({ onActivate }) =>
        onActivate(() => {
          throw new Error('port taken');
        }),
      ),
      { code: 'ERR_PLUGIN_SETUP', hook: 'onActivate', message: 'cannot activate plugin "bad": port taken' },
    ],
    [
      'hangs in onActivate',
      fails(({ onActivate }) => onActivate(never)),
      { code: 'ERR_PLUGIN_DEADLINE', hook: 'onActivate' },
    ],
  ])('that %s leaves the old generation in force and is disposed itself', async (_what, bad, error) => {
    const { host, clock, load } = hostRig();
    const lines: string[] = [];
    const good = diary('good', lines);
    await load([good]);
    lines.length = 0;
    const failure = failureOf(load([good, bad]));
    await clock.advance(30_000);
    expect(await failure).toMatchObject({ plugin: 'bad', ...error });
    await host.lifecycle.onExit(exitPayload);
    expect(lines.filter((line) => !line.startsWith('activate'))).toEqual([
      'setup good2',
      'last deferred good2',
      'first deferred good2',
      'exit good1',
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that is set up too late can tap nothing, and what it defers runs at once', async () => {
    const { clock, load } = hostRig();
    const lines: string[] = [];
    const late = fails(async ({ hooks, defer }) => {
      await new Promise<void>((resolve) => void clock.setTimer(40_000, resolve));
      defer(() => void lines.push('released'));
      hooks.onExit.tap('late', () => {});
    });
    const failure = failureOf(load([late]));
    await clock.advance(50_000);
    expect(await failure).toMatchObject({ code: 'ERR_PLUGIN_DEADLINE' });
    expect(lines).toEqual(['released']);
  });

  it('that throws or hangs while it is disposed is named, and the others are disposed', async () => {
    const { clock, load, complaints } = hostRig();
    const lines: string[] = [];
    await load([
      diary('good', lines),
      fails(({ defer }) => {
        defer(() => void lines.push('bad too'));
        defer(() => {
          throw new Error('boom');
        });
        defer(never);
      }),
    ]);
    lines.length = 0;
    const reload = load([]);
    await clock.advance(5000);
    await reload;
    expect(lines).toEqual(['bad too', 'last deferred good1', 'first deferred good1']);
    expect(complaints()).toEqual([
      'cannot wait for dispose of plugin "bad": it did not settle within 5000 ms',
      'dispose of plugin "bad" failed: boom',
    ]);
  });

  it('that throws when it comes into force is named and changes nothing', async () => {
    const { host, load, complaints } = hostRig();
    const lines: string[] = [];
    await load([
      fails(({ onInForce }) =>
        onInForce(() => {
          throw new Error('boom');
        }),
      ),
      diary('good', lines),
    ]);
    await host.lifecycle.onExit(exitPayload);
    expect(complaints()).toEqual(['onInForce of plugin "bad" failed: boom']);
    expect(lines.at(-1)).toBe('exit good1');
  });

  it('is quarantined with an event that names it, shown in the report, and can be released', async () => {
    const { host, load, complaints } = hostRig();
    let isBroken = true;
    await load([
      fails(({ hooks }) =>
        hooks.onReady.tap('tap', () => {
          if (isBroken) throw new Error('boom');
        }),
      ),
    ]);
    for (let call = 0; call < 7; call++) host.lifecycle.onReady({ service, startupMs: 1 });
    expect(host.reports()[0]?.taps).toMatchObject([
      { label: 'bad:tap', hook: 'onReady', calls: 5, errors: 5, quarantined: true },
    ]);
    expect(complaints().at(-1)).toBe('tap "bad:tap" on onReady is quarantined after failing time after time: boom');
    isBroken = false;
    expect(host.releaseTap('bad:tap')).toBe(true);
    expect(host.releaseTap('bad:tap')).toBe(false);
    host.lifecycle.onReady({ service, startupMs: 1 });
    expect(host.reports()[0]?.taps).toMatchObject([{ calls: 6, quarantined: false }]);
    expect(complaints().at(-1)).toContain('released from quarantine');
  });
});

describe('closing', () => {
  it('disposes the generation in force and one that is not yet, once', async () => {
    const { host, load, prepare } = hostRig();
    const lines: string[] = [];
    await load([diary('a', lines)]);
    const pending = await prepare([diary('b', lines)]);
    lines.length = 0;
    await Promise.all([host.close(), host.close()]);
    await host.close();
    await pending.commit();
    await pending.abandon();
    expect(lines).toEqual(['last deferred b1', 'first deferred b1', 'last deferred a1', 'first deferred a1']);
    await expect(prepare([])).rejects.toThrow('the host is closed');
  });

  it('gives up calls under way, so that no timer outlives it', async () => {
    const { host, clock, load, complaints } = hostRig();
    const hung = definePlugin({ name: 'hung', setup: ({ hooks }) => hooks.onExit.tap('post', never) });
    await load([hung]);
    const calls = [host.lifecycle.onExit(exitPayload)];
    const reload = load([hung]);
    await clock.advance(5000);
    await reload;
    calls.push(host.lifecycle.onExit(exitPayload));
    await Promise.all([host.close(), ...calls]);
    expect(clock.nowMs()).toBe(5000);
    expect(clock.pendingTimers).toBe(0);
    expect(complaints()).toEqual([
      'cannot wait for tap "hung:post" on onExit: it had not settled when the plugins were closed',
      'cannot wait for tap "hung:post" on onExit: it had not settled when the plugins were closed',
    ]);
  });
});

describe('reports', () => {
  it('list plugins in order of setup and taps in order of call, with version, origin and methods', async () => {
    const { host, load } = hostRig();
    await load([
      {
        plugin: definePlugin({
          name: 'b',
          after: ['a'],
          setup({ hooks, expose }) {
            hooks.onStop.tap('stop', () => {});
            hooks.onExit.tap({ name: 'late', stage: 'late' }, () => {});
            hooks.onExit.tap({ name: 'early', stage: 'early' }, () => {});
            expose('list', () => []);
          },
        }),
        version: '2.0.0',
        from: '/x/b.js',
        core: '^1.0.0',
      },
      definePlugin({ name: 'a', version: '0.1.0', setup() {} }),
    ]);
    expect(host.reports()).toMatchObject([
      { name: 'a', version: '0.1.0', from: null, taps: [], methods: [] },
      {
        name: 'b',
        version: '2.0.0',
        from: '/x/b.js',
        methods: ['list'],
        taps: [
          { hook: 'onExit', label: 'b:early', stage: 'early' },
          { hook: 'onExit', label: 'b:late', stage: 'late' },
          { hook: 'onStop', label: 'b:stop', stage: 'normal' },
        ],
      },
    ]);
  });
});
