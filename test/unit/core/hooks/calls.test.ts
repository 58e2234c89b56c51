import { virtualClock } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';
import { type CallTarget, createLifecycle } from '../../../../packages/core/src/hooks/calls.ts';
import { createHooks } from '../../../../packages/core/src/hooks/hooks.ts';
import { applyPolicy } from '../../../../packages/core/src/hooks/policy.ts';
import { scopeHooks } from '../../../../packages/core/src/hooks/scope.ts';
import type { ScopedHooks } from '../../../../packages/core/src/plugin/context.ts';
import { exitPayload, never, service } from './rig.ts';

interface Target extends CallTarget {
  readonly scoped: ScopedHooks;
  retire(): void;
}

function target(): Target {
  const hooks = createHooks();
  const abort = new AbortController();
  applyPolicy(hooks, { clock: virtualClock(), report() {} });
  return {
    hooks,
    inFlight: new Map(),
    onCallEnd: undefined,
    retired: abort.signal,
    retire: () => abort.abort(),
    scoped: scopeHooks({ plugin: 'p', hooks, isOpen: () => true }),
  };
}

describe('calls of the generation in force', () => {
  it('go to whichever target is current', async () => {
    const targets = [target(), target()] as const;
    const seen: number[] = [];
    for (const [index, each] of targets.entries()) {
      each.scoped.onExit.tap('t', () => {
        seen.push(index);
      });
    }
    let current: Target = targets[0];
    const lifecycle = createLifecycle(() => current);
    await lifecycle.onExit(exitPayload);
    current = targets[1];
    await lifecycle.onExit(exitPayload);
    expect(seen).toEqual([0, 1]);
  });

  it('are counted while they are under way', async () => {
    const only = target();
    let finish: (() => void) | undefined;
    only.scoped.onExit.tap(
      't',
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const lifecycle = createLifecycle(() => only);
    let ends = 0;
    only.onCallEnd = () => ends++;
    const calls = [lifecycle.onExit(exitPayload), lifecycle.onStop(exitPayload)];
    expect([...only.inFlight]).toEqual([['onExit', 1]]);
    finish?.();
    await Promise.all(calls);
    expect([...only.inFlight]).toEqual([]);
    expect(ends).toBe(1);
  });

  it('put a readiness check that is under way to the next target when theirs is retired', async () => {
    const [first, second] = [target(), target()];
    let wasTold = false;
    first.scoped.checkReady.tap('old', ({ signal }) => {
      signal.addEventListener('abort', () => {
        wasTold = true;
      });
      return never();
    });
    let finish: (() => void) | undefined;
    second.scoped.checkReady.tap(
      'new',
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    let current = first;
    let isReady = false;
    const call = createLifecycle(() => current)
      .checkReady({ service, signal: new AbortController().signal })
      .then(() => {
        isReady = true;
      });
    current = second;
    first.retire();
    await virtualClock().settle();
    expect([wasTold, isReady]).toEqual([true, false]);
    finish?.();
    await call;
    expect(isReady).toBe(true);
  });

  it('count a service as ready when the next target checks nothing', async () => {
    const [first, second] = [target(), target()];
    first.scoped.checkReady.tap(
      'old',
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('told to')));
        }),
    );
    let current = first;
    const call = createLifecycle(() => current).checkReady({ service, signal: new AbortController().signal });
    current = second;
    first.retire();
    await expect(call).resolves.toBeUndefined();
  });

  it('fail a readiness check when there is no next target', async () => {
    const only = target();
    only.scoped.checkReady.tap('old', never);
    const call = createLifecycle(() => only).checkReady({ service, signal: new AbortController().signal });
    only.retire();
    await expect(call).rejects.toThrow('the plugins were closed');
  });
});
