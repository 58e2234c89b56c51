import { definePlugin, HOOKS, type Plugin, type PluginContext } from '@tappet/core';
import { type PluginHarness, pluginHarness } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';

/** Readiness checks have no deadline of their own: one that hangs rightly holds its service up until the start timeout. */
const OBSERVED = [
  'onSpawn',
  'onReady',
  'onOutput',
  'onExit',
  'decideRestart',
  'beforeStop',
  'onStop',
  'onStateChange',
] as const;

function hostile(name: string, act: () => unknown): Plugin {
  return definePlugin({
    name,
    setup({ hooks, describe: add, defer, onInForce, supervisor }: PluginContext) {
      for (const hook of [...OBSERVED, 'onReload', 'onShutdown'] as const)
        hooks[hook].tap('tap', act as () => undefined);
      add(act as () => undefined);
      onInForce(act as () => undefined);
      defer(act as () => undefined);
      supervisor.subscribe(act as () => undefined);
    },
  });
}

const never = (): Promise<void> => new Promise(() => {});
const fails = (): never => {
  throw new Error('boom');
};
const rejects = async (): Promise<never> => fails();

function start(plugin: Plugin): Promise<PluginHarness> {
  return pluginHarness(plugin, {
    config: {
      services: [
        { name: 'web', command: '/bin/web', restart: { policy: 'always', delay: 1, max_attempts: 0 } },
        { name: 'db', command: '/bin/db' },
      ],
    },
    programs: { web: { exitAfterMs: 60_000, exitCode: 1 } },
  });
}

describe.each([
  ['throws', fails],
  ['rejects', rejects],
  ['hangs', never],
])('a plugin that %s in every hook', (_what, act) => {
  it('is named, and supervision goes on', async () => {
    const harness = await start(hostile('culprit', act));
    await harness.advance(20 * 60_000);
    const restarts = harness.processes.actionsOf('web').filter((line) => line.includes(' spawn ')).length;
    expect(restarts).toBeGreaterThan(5);
    expect(harness.state('db')).toBe('RUNNING');
    const report = await harness.reload();
    expect(report.unchanged).toBe(2);
    const stopped = harness.supervisor.submit('db', { action: 'stop', actor: 'user', reason: 'test' });
    await harness.advance(120_000);
    expect(await stopped).toMatchObject({ outcome: 'done' });
    expect((await harness.close()).exitCode).toBe(0);
    expect(harness.complaints().filter((line) => !line.includes('culprit'))).toEqual([]);
    expect(harness.complaints()).toContainEqual(expect.stringContaining('is quarantined'));
    expect(harness.clock.pendingTimers).toBe(0);
  });
});

describe('the hostile plugins', () => {
  it('meet every hook that cannot refuse a start', () => {
    const refusing = ['plan', 'spawnSpec', 'beforeStart', 'checkReady'];
    expect([...OBSERVED, 'onReload', 'onShutdown', ...refusing].toSorted()).toEqual(Object.keys(HOOKS).toSorted());
  });
});
