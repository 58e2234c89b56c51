import { createServer, type Server } from 'node:net';
import { definePlugin, type Plugin, type PluginContext } from '@tappet/core';
import { type ConformanceOptions, describePlugin } from '@tappet/core/testing';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

/** A plugin that uses everything and gives everything back. */
const good: Plugin = definePlugin({
  name: 'good',
  configSchema: v.strictObject({ everyMs: v.optional(v.number(), 1000) }),
  serviceSchema: v.strictObject({ label: v.optional(v.string()) }),
  setup({ config, clock, carry, hooks, defer, onActivate, supervisor, describe: add }) {
    const server = carry(
      'server',
      () => createServer(),
      (closing) => void closing.close(),
    );
    onActivate(
      () =>
        new Promise<void>((resolve, reject) => {
          if (server.listening) resolve();
          else server.once('error', reject).listen(0, '127.0.0.1', resolve);
        }),
    );
    let timer = clock.setTimer(config.everyMs, function tick() {
      timer = clock.setTimer(config.everyMs, tick);
    });
    defer(() => timer.cancel());
    supervisor.subscribe(() => {});
    hooks.onExit.tap('exit', async () => {});
    hooks.checkReady.tap('ready', async () => {});
    add(({ name }) => ({ name, exits: [1, { a: null }] }));
  },
});

describePlugin(good, { describe, it });
describePlugin(definePlugin({ name: 'empty', setup() {} }), {
  describe,
  it,
  config:
    '[[services]]\nname = "job"\ncommand = "/bin/job"\ntype = "oneshot"\n[[services]]\nname = "web"\ncommand = "/bin/web"',
  programs: { job: { exitAfterMs: 500 } },
});

/** Runs the suite, or one test of it, without a test runner and tells which tests failed, and why. */
async function failuresOf(
  plugin: Plugin,
  { only, ...options }: Partial<ConformanceOptions> & { readonly only?: string } = {},
): Promise<Record<string, string>> {
  const tests: (() => Promise<void>)[] = [];
  const failures: Record<string, string> = {};
  describePlugin(plugin, {
    describe: (_name, body) => body(),
    it: (name, body) =>
      (only ?? name) === name &&
      tests.push(async () => {
        try {
          await body();
        } catch (error) {
          failures[name] = error instanceof Error ? error.message : String(error);
        }
      }),
    ...options,
  });
  for (const test of tests) await test();
  return failures;
}

const bad = (setup: (context: PluginContext) => void, extra: Partial<Plugin> = {}): Plugin =>
  definePlugin({ name: 'bad', setup, ...extra });

const LIVES =
  'lives through a crash, a stop and a start without a failing, hanging or slow tap, and leaves nothing behind';
const RELOADS = 'holds no more after 5 reloads than after one, and touches no service';

describe('the conformance suite', () => {
  it('finds a timer of the clock that is not cancelled', async () => {
    const failures = await failuresOf(bad(({ clock }) => void clock.setTimer(10_000_000, () => {})));
    expect(failures[LIVES]).toContain('timers are left, cancel them in defer');
    expect(failures[RELOADS]).toContain('timers pile up with each reload');
  });

  it('finds sockets that are left open', async () => {
    const servers: Server[] = [];
    const failures = await failuresOf(
      bad(({ onActivate }) => onActivate(() => void servers.push(createServer().listen(0, '127.0.0.1')))),
      { only: LIVES },
    );
    for (const server of servers) server.close();
    expect(failures[LIVES]).toMatch(/resources are left open, close them in defer: 1 × TCPServerWrap/);
  });

  it('finds timers of Node that pile up', async () => {
    const intervals: NodeJS.Timeout[] = [];
    const failures = await failuresOf(
      bad(() => intervals.push(setInterval(() => {}, 60_000))),
      { only: RELOADS },
    );
    for (const interval of intervals) clearInterval(interval);
    expect(failures[RELOADS]).toMatch(/resources pile up with each reload, close them in defer: \d × Timeout/);
  });

  it('finds taps that throw and taps that hang', async () => {
    const throws = await failuresOf(
      bad(({ hooks }) =>
        hooks.onStateChange.tap('t', () => {
          throw new Error('boom');
        }),
      ),
    );
    expect(throws[LIVES]).toContain('bad:t');
    const hangs = await failuresOf(bad(({ hooks }) => hooks.onStop.tap('t', () => new Promise(() => {}))));
    expect(hangs[LIVES]).toContain('did not settle within its deadline of 30000 ms');
  });

  it('finds disposers that throw', async () => {
    const failures = await failuresOf(
      bad(({ defer }) =>
        defer(() => {
          throw new Error('boom');
        }),
      ),
    );
    expect(failures[LIVES]).toContain('dispose of plugin "bad" failed: boom');
  });

  it('finds schemas that take anything', async () => {
    const failures = await failuresOf(bad(() => {}, { configSchema: v.any(), serviceSchema: v.any() }));
    expect(Object.keys(failures)).toEqual([
      'refuses [plugins.bad] that is no table, naming the place',
      'refuses [services.bad] that is no table, naming the place',
    ]);
  });

  it('finds a schema that makes every service have a section', async () => {
    const failures = await failuresOf(
      bad(() => {}, { serviceSchema: v.object({ port: v.number() }) }),
      {
        config: { services: [{ name: 'web', command: '/bin/web', bad: { port: 1 } }] },
      },
    );
    expect(Object.keys(failures)).toContain('accepts a service without a section of its own, and its removal');
  });

  it('finds a status that JSON cannot carry', async () => {
    const failures = await failuresOf(bad(({ describe: add }) => add(() => ({ a: [{ since: new Date(0) }] }))));
    expect(failures['adds to the status what JSON can carry']).toContain('status of "web".a.0.since');
  });

  it('finds a plugin that cannot be set up twice at once', async () => {
    let isOpen = false;
    const failures = await failuresOf(
      bad(({ defer }) => {
        if (isOpen) throw new Error('port taken');
        isOpen = true;
        defer(() => {
          isOpen = false;
        });
      }),
    );
    expect(failures[RELOADS]).toContain('cannot set up plugin "bad": port taken');
  });

  it('finds what is no plugin', async () => {
    const failures = await failuresOf({ name: 'Bad Name', setup() {} });
    expect(failures['is a plugin']).toContain('Bad Name');
  });
});
