import { describe, expect, it } from 'vitest';
import { exitPayload, never, rig, service } from './rig.ts';

describe('observe hooks', () => {
  it('run every tap of a sync hook although one throws, and name the culprit', () => {
    const { lifecycle, plugin, problems, report } = rig();
    const seen: string[] = [];
    plugin('a').onReady.tap('one', () => {
      throw new Error('boom');
    });
    plugin('b').onReady.tap('two', () => {
      seen.push('two');
    });
    lifecycle.onReady({ service, startupMs: 1 });
    expect(seen).toEqual(['two']);
    expect(problems).toMatchObject([
      { what: 'failed', message: 'tap "a:one" on onReady failed: boom', tap: { plugin: 'a' } },
    ]);
    expect(report('a:one')).toMatchObject({ calls: 1, errors: 1, lastError: 'boom' });
    expect(report('b:two')).toMatchObject({ calls: 1, errors: 0, lastError: null });
  });

  it('run every tap of a series in order, sync and async mixed, whatever throws or rejects', async () => {
    const { lifecycle, plugin, problems } = rig();
    const seen: string[] = [];
    plugin('a').onExit.tap('throws', () => {
      throw new Error('sync');
    });
    plugin('b').onExit.tap('rejects', async () => {
      await Promise.resolve();
      throw new Error('async');
    });
    plugin('c').onExit.tap('works', async () => {
      await Promise.resolve();
      seen.push('c');
    });
    plugin('d').onExit.tap('works', () => {
      seen.push('d');
    });
    await lifecycle.onExit(exitPayload);
    expect(seen).toEqual(['c', 'd']);
    expect(problems.map((problem) => problem.message)).toEqual([
      'tap "a:throws" on onExit failed: sync',
      'tap "b:rejects" on onExit failed: async',
    ]);
  });

  it('give up on a tap that hangs at its deadline, say so, and go on', async () => {
    const { clock, lifecycle, plugin, problems, report } = rig();
    const seen: number[] = [];
    plugin('slack').onExit.tap('post', never);
    plugin('b').onExit.tap({ name: 'short', deadlineMs: 200 }, never);
    plugin('c').onExit.tap('after', () => {
      seen.push(clock.nowMs());
    });
    const call = lifecycle.onExit(exitPayload);
    await clock.advance(30_200);
    await call;
    expect(seen).toEqual([30_200]);
    expect(problems.filter(({ what }) => what === 'overran').map(({ message }) => message)).toEqual([
      'cannot wait for tap "slack:post" on onExit: it did not settle within its deadline of 30000 ms',
      'cannot wait for tap "b:short" on onExit: it did not settle within its deadline of 200 ms',
    ]);
    expect(problems[0]).toMatchObject({ error: expect.objectContaining({ code: 'ERR_PLUGIN_DEADLINE' }) as unknown });
    expect(report('slack:post')).toMatchObject({ timeouts: 1, errors: 0, slow: true, maxMs: 30_000 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('ignore what a tap does after its deadline', async () => {
    const { clock, lifecycle, plugin, report } = rig();
    plugin().onExit.tap({ name: 'late', deadlineMs: 10 }, async () => {
      await new Promise<void>((resolve) => {
        clock.setTimer(20, resolve);
      });
      throw new Error('too late');
    });
    const call = lifecycle.onExit(exitPayload);
    await clock.advance(30);
    await call;
    expect(report('p:late')).toMatchObject({ timeouts: 1, errors: 0, calls: 1 });
  });

  it('set no timer for taps that finish at once', async () => {
    const { clock, lifecycle, plugin } = rig();
    let timers = 0;
    plugin().onExit.tap('sync', () => {
      timers = clock.pendingTimers;
    });
    await lifecycle.onExit(exitPayload);
    expect(timers).toBe(0);
  });

  it('refuse a promise from a sync hook and swallow no rejection', async () => {
    const { clock, lifecycle, plugin, problems, report } = rig();
    // oxlint-disable-next-line typescript/no-misused-promises -- the mistake is the case
    plugin().onReady.tap('async', async () => {
      await Promise.resolve();
      throw new Error('nobody waits for me');
    });
    lifecycle.onReady({ service, startupMs: 1 });
    await clock.settle();
    expect(problems.map(({ message }) => message)).toEqual([
      'tap "p:async" on onReady failed: it returned a promise, but onReady is a sync hook and awaits nothing',
      'tap "p:async" on onReady rejected: nobody waits for me',
    ]);
    expect(report('p:async').errors).toBe(1);
  });

  it('take a thenable that breaks the rules for one that rejects', async () => {
    const { lifecycle, plugin, problems } = rig();
    plugin().onExit.tap(
      'odd',
      () =>
        ({
          // oxlint-disable-next-line unicorn/no-thenable -- the broken thenable is the case
          then() {
            throw new Error('broken');
          },
        }) as unknown as Promise<void>,
    );
    await lifecycle.onExit(exitPayload);
    expect(problems).toMatchObject([{ what: 'failed', message: 'tap "p:odd" on onExit failed: broken' }]);
  });
});
