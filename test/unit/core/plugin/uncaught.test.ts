import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSupervisor, definePlugin, type PluginContext, type Supervisor, type UncaughtFault } from '@tappet/core';
import { type PluginHarness, pluginHarness } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';

const WEB = {
  services: [{ name: 'web', command: '/bin/web', restart: { policy: 'always', delay: 0, max_attempts: 0 } }],
};

/** A plugin that does `act` in one of the places where its code runs. */
const PLACES: Readonly<Record<string, (context: PluginContext, act: () => void) => void>> = {
  setup: (_context, act) => act(),
  onActivate: ({ onActivate }, act) => onActivate(act),
  onInForce: ({ onInForce }, act) => onInForce(act),
  'a sync tap': ({ hooks }, act) => hooks.onSpawn.tap('tap', act),
  'an async tap': ({ hooks }, act) =>
    hooks.beforeStart.tap('tap', async () => {
      await Promise.resolve();
      act();
    }),
  'a listener': ({ supervisor }, act) => void supervisor.subscribe((event) => void (event.type === 'spawn' && act())),
  'a description': ({ describe: add }, act) =>
    add(() => {
      act();
      return {};
    }),
  'a method': ({ expose }, act) => expose('act', act),
  'what it carries': ({ carry }, act) => carry('one', act),
};

type Way = 'timer' | 'promise' | 'socket';

/** Asks from within what a handler of the process would see, once the supervisor runs. */
const WAYS: Readonly<Record<Way, (running: Promise<void>, ask: () => void) => void>> = {
  timer: (_running, ask) => void setTimeout(ask, 50),
  promise: (running, ask) => void running.then(ask),
  socket(running, ask) {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1', () => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
      socket.on('close', () => {
        server.close();
        void running.then(ask);
      });
    });
  },
};

async function culpritIn(place: string, way: Way): Promise<UncaughtFault | undefined> {
  const answer = Promise.withResolvers<UncaughtFault | undefined>();
  const running = Promise.withResolvers<void>();
  let supervisor: Supervisor | undefined;
  let hasActed = false;
  const act = (): void => {
    if (!hasActed) WAYS[way](running.promise, () => answer.resolve(supervisor?.uncaught(new Error('boom'))));
    hasActed = true;
  };
  const plugin = definePlugin({ name: 'leaky', setup: (context) => PLACES[place]?.(context, act) });
  await using harness = await pluginHarness(plugin, { config: WEB });
  ({ supervisor } = harness);
  await harness.until('web', 'RUNNING');
  harness.supervisor.status();
  if (place === 'a method') await harness.supervisor.call('leaky', 'act', {}, AbortSignal.timeout(1000));
  running.resolve();
  return await answer.promise;
}

describe('an error that nobody caught', () => {
  it.each(Object.keys(PLACES))('of a timer that %s made is that of the plugin', async (place) => {
    expect(await culpritIn(place, 'timer')).toEqual({ plugin: 'leaky', isKnown: false });
  });

  it.each(['promise', 'socket'] as const)('of a %s is that of the plugin that made it', async (way) => {
    expect(await culpritIn('onInForce', way)).toEqual({ plugin: 'leaky', isKnown: false });
  });

  it('of what the core does because a plugin asks for it is that of nobody', async () => {
    const plugin = definePlugin({
      name: 'asking',
      setup({ onInForce, supervisor, emit }) {
        onInForce(() => {
          if (supervisor.service('web') === undefined) return;
          void supervisor.submit('web', { action: 'restart', actor: 'rule', reason: 'why not' });
          emit('example.com/asked', {});
        });
      },
    });
    const answers: unknown[] = [];
    await using harness = await pluginHarness(plugin, { config: WEB });
    const ask = (): void => void answers.push(harness.supervisor.uncaught(new Error('boom')));
    harness.supervisor.subscribe(ask);
    await harness.reload();
    await harness.advance(1000);
    expect(answers.length).toBeGreaterThan(3);
    expect(new Set(answers)).toEqual(new Set([undefined]));
  });

  it('whose stack names the file of a plugin is that of the plugin', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tappet-uncaught-'));
    try {
      const file = join(folder, 'index.mjs');
      writeFileSync(file, `export default { name: 'top', setup() {} };\nexport const boom = () => new Error('boom');`);
      const raw = { services: [], plugins: { top: { use: './index.mjs' } } };
      const source = {
        load: async () => ({ raw, file: undefined, directory: folder, locate: <T>(issues: readonly T[]) => issues }),
      };
      await using supervisor = createSupervisor({ source, environment: {} });
      await supervisor.start();
      const { boom } = (await import(file)) as { boom: () => Error };
      expect(supervisor.uncaught(boom())).toEqual({ plugin: 'top', isKnown: false });
      expect(supervisor.uncaught(new Error('of this test'))).toBeUndefined();
      expect(supervisor.uncaught('a text')).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a plugin that a flood of errors comes from', () => {
  it('is switched off with one event, nothing of it is called any more, and what it holds is disposed of', async () => {
    const { harness, steps, fault } = await leaky();
    expect(await fault(20)).toEqual(Array.from({ length: 20 }, () => false));
    expect(harness.complaints()).toEqual([]);
    steps.length = 0;

    expect(await fault(50)).toEqual(Array.from({ length: 50 }, () => true));
    expect(harness.complaints()).toEqual([
      'plugin "leaky" is switched off until the next reload: more than 20 errors that nobody caught came from it within 10s, the last: boom',
    ]);
    expect(steps).toEqual(['second deferred', 'first deferred', 'carried']);

    harness.processes.exit('web', { code: 1 });
    await harness.advance(1000);
    expect(harness.state('web')).toBe('RUNNING');
    expect(steps).toHaveLength(3);
    expect(harness.supervisor.serviceStatus('web')?.plugins).toEqual({});
    expect(harness.report()?.switchedOff).toContain('the last: boom');
    await expect(harness.supervisor.call('leaky', 'report', {}, AbortSignal.timeout(1000))).rejects.toThrow(
      'cannot call "leaky/report": the plugin is switched off: more than 20 errors',
    );
    await harness.close();
    expect(steps).toHaveLength(3);
  });

  it('cannot act any more', async () => {
    const { harness, contexts, fault } = await leaky();
    await fault(21);
    const { supervisor, carry, hooks } = contexts[0] ?? fail();
    const intent = { action: 'stop', actor: 'rule', reason: 'why not' } as const;
    expect(await supervisor.submit('web', intent)).toMatchObject({ outcome: 'refused' });
    expect(() => carry('more', () => 1)).toThrow('is over');
    expect(() => hooks.onSpawn.tap('more', () => {})).toThrow('is over');
    await harness.close();
  });

  it('leaves the output of services to others', async () => {
    const { harness, sunk, fault } = await leaky();
    harness.processes.print('web', 'before\n');
    await fault(21);
    harness.processes.print('web', 'after\n');
    await harness.advance(10);
    expect(sunk).toEqual(['before\n']);
    await harness.close();
  });

  it('is back after a reload, and can be switched off again', async () => {
    const { harness, contexts, fault } = await leaky();
    await fault(21);
    await harness.advance(10_001);
    await harness.reload();
    expect(harness.report()?.switchedOff).toBeNull();
    expect(contexts).toHaveLength(2);
    expect(await harness.supervisor.call('leaky', 'report', {}, AbortSignal.timeout(1000))).toBe('fine');
    await fault(21);
    expect(harness.complaints()).toHaveLength(2);
    await harness.close();
  });

  it('is one from which more than twenty come within ten seconds', async () => {
    const { harness, fault } = await leaky();
    for (let round = 0; round < 5; round++) {
      await fault(20);
      await harness.advance(10_000);
    }
    expect(harness.complaints()).toEqual([]);
    await harness.close();
  });

  it('is known for it when it is not loaded any more', async () => {
    const { harness, fault } = await leaky();
    await harness.reloadWith([]);
    expect(new Set((await fault(25)).slice(20))).toEqual(new Set([true]));
    expect(harness.complaints()).toEqual([]);
    await harness.close();
  });
});

interface Leaky {
  readonly harness: PluginHarness;
  readonly contexts: readonly PluginContext[];
  readonly steps: string[];
  /** What came to its sink. */
  readonly sunk: readonly string[];
  /** Asks about as many errors in the plugin's name, a millisecond apart. */
  fault(times: number): Promise<readonly (boolean | undefined)[]>;
}

async function leaky(): Promise<Leaky> {
  const steps: string[] = [];
  const sunk: string[] = [];
  const contexts: PluginContext[] = [];
  let inItsName = (work: () => void): void => work();
  const plugin = definePlugin({
    name: 'leaky',
    setup(context) {
      const { hooks, describe: add, expose, defer, carry, supervisor } = context;
      contexts.push(context);
      // Runs what it is given where it was made, as a timer does.
      inItsName = AsyncLocalStorage.snapshot();
      carry(
        'one',
        () => 1,
        () => void steps.push('carried'),
      );
      defer(() => void steps.push('first deferred'));
      defer(() => void steps.push('second deferred'));
      hooks.onSpawn.tap('tap', () => void steps.push('onSpawn'));
      hooks.beforeStart.tap('gate', () => void steps.push('beforeStart'));
      hooks.onOutput.tap('sink', () => ({ write: (chunk) => sunk.push(Buffer.from(chunk).toString()) > 0 }));
      add(() => ({ fine: true }));
      expose('report', () => 'fine');
      supervisor.subscribe(() => void steps.push('listener'));
    },
  });
  const harness = await pluginHarness(plugin, { config: WEB });
  return {
    harness,
    contexts,
    steps,
    sunk,
    async fault(times) {
      const answers: (boolean | undefined)[] = [];
      for (let count = 0; count < times; count++) {
        inItsName(() => answers.push(harness.supervisor.uncaught(new Error('boom'))?.isKnown));
        await harness.advance(1);
      }
      return answers;
    },
  };
}

function fail(): never {
  throw new Error('setup did not run');
}
