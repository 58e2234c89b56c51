import { virtualClock } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';
import { createHooks } from '../../../../packages/core/src/hooks/hooks.ts';
import type { TapProblem } from '../../../../packages/core/src/hooks/isolated-tap.ts';
import { applyPolicy } from '../../../../packages/core/src/hooks/policy.ts';
import { scopeHooks } from '../../../../packages/core/src/hooks/scope.ts';
import { exitPayload, rig, service } from './rig.ts';

/** A clock that jumps while a tap runs, as the machine's does when a tap blocks. */
function blockingRig(): {
  base: ReturnType<typeof virtualClock>;
  block(ms: number): void;
  problems: TapProblem[];
  hooks: ReturnType<typeof createHooks>;
  plugin: ReturnType<typeof scopeHooks>;
  traces: ReturnType<typeof applyPolicy>;
} {
  const base = virtualClock();
  let extra = 0;
  const clock = { ...base, nowMs: () => base.nowMs() + extra };
  const hooks = createHooks();
  const problems: TapProblem[] = [];
  const traces = applyPolicy(hooks, { clock, quarantineAfter: 2, report: (problem) => problems.push(problem) });
  const block = (ms: number): void => {
    extra += ms;
  };
  return { base, block, problems, hooks, traces, plugin: scopeHooks({ plugin: 'p', hooks, isOpen: () => true }) };
}

describe('slow taps', () => {
  it('are named once when they begin to be slow, and are not slow any more after eight quick calls', () => {
    const { block, problems, hooks, plugin, traces } = blockingRig();
    let blockMs = 150;
    plugin.onReady.tap('tap', () => block(blockMs));
    hooks.onReady.call({ service, startupMs: 1 });
    hooks.onReady.call({ service, startupMs: 1 });
    expect(problems.map(({ message }) => message)).toEqual([
      'tap "p:tap" on onReady is slow: it held the event loop for 150 ms',
    ]);
    blockMs = 1;
    for (let call = 0; call < 7; call++) hooks.onReady.call({ service, startupMs: 1 });
    expect(traces[0]?.report().slow).toBe(true);
    hooks.onReady.call({ service, startupMs: 1 });
    expect(traces[0]?.report()).toMatchObject({ slow: false, calls: 10, maxMs: 150 });
  });

  it('are quarantined when they hold the event loop beyond the limit time after time', () => {
    const { block, problems, hooks, plugin, traces } = blockingRig();
    let calls = 0;
    plugin.onReady.tap('tap', () => {
      calls++;
      block(1000);
    });
    for (let call = 0; call < 4; call++) {
      hooks.onReady.call({ service, startupMs: 1 });
      block(1000);
    }
    expect(calls).toBe(2);
    expect(traces[0]?.report()).toMatchObject({ timeouts: 2, quarantined: true });
    expect(problems.map(({ what }) => what)).toEqual(['overran', 'overran', 'quarantined']);
    expect(problems[0]?.message).toContain('held the event loop for 1000 ms');
  });

  it('are followed by a rest as long as they held the event loop: the plugin is skipped, what cannot be skipped waits', async () => {
    const { base, block, hooks, plugin } = blockingRig();
    const called: string[] = [];
    plugin.onReady.tap('blocks', () => {
      called.push('blocks');
      block(1000);
    });
    plugin.onReady.tap('next', () => void called.push('next'));
    plugin.checkReady.tap('gate', () => void called.push('gate'));
    hooks.onReady.call({ service, startupMs: 1 });
    expect(called).toEqual(['blocks']);
    const gate = hooks.checkReady.promise({ service, signal: new AbortController().signal });
    await base.advance(999);
    expect(called).toEqual(['blocks']);
    await base.advance(1);
    await gate;
    expect(called).toEqual(['blocks', 'gate']);
    hooks.onReady.call({ service, startupMs: 1 });
    expect(called).toEqual(['blocks', 'gate', 'blocks']);
  });

  it('let others have a turn of the event loop before the next tap', async () => {
    const { block, hooks, plugin } = blockingRig();
    const order: string[] = [];
    plugin.onExit.tap('blocks', () => {
      block(300);
      setImmediate(() => order.push('status request'));
    });
    plugin.onExit.tap('next', () => {
      order.push('next tap');
    });
    await hooks.onExit.promise(exitPayload);
    expect(order).toEqual(['status request', 'next tap']);
  });

  it('are async taps that need half of their deadline', async () => {
    const { clock, lifecycle, plugin, problems, report } = rig();
    plugin().onExit.tap(
      { name: 'tap', deadlineMs: 1000 },
      () =>
        new Promise((resolve) => {
          clock.setTimer(500, resolve);
        }),
    );
    const call = lifecycle.onExit(exitPayload);
    await clock.advance(500);
    await call;
    expect(problems).toMatchObject([{ what: 'slow', message: 'tap "p:tap" on onExit is slow: it took 500 ms' }]);
    expect(report('p:tap')).toMatchObject({ slow: true, p50Ms: 500, p99Ms: 500 });
  });
});
