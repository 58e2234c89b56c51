import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualClock } from '@tappet/core/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('virtual clock', () => {
  it('stands still until it is moved and fires timers at their own moment', async () => {
    const clock = virtualClock();
    const fired: number[] = [];
    clock.setTimer(300, () => fired.push(clock.nowMs()));
    clock.setTimer(100, () => fired.push(clock.nowMs()));
    await clock.advance(99);
    expect(fired).toEqual([]);
    await clock.advance(901);
    expect(fired).toEqual([100, 300]);
    expect(clock.nowMs()).toBe(1000);
  });

  it('runs everything that promises and immediates lead to before time goes on', async () => {
    const clock = virtualClock();
    const log: string[] = [];
    clock.setTimer(10, () => {
      void (async () => {
        for (let turn = 0; turn < 500; turn++) await Promise.resolve();
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        log.push(`chain at ${clock.nowMs()}`);
        clock.setTimer(5, () => log.push(`nested at ${clock.nowMs()}`));
      })();
    });
    clock.setTimer(11, () => log.push('next moment'));
    await clock.advance(20);
    expect(log).toEqual(['chain at 10', 'next moment', 'nested at 15']);
  });

  it('waits for file operations under way', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tappet-clock-'));
    try {
      const clock = virtualClock();
      const log: string[] = [];
      clock.setTimer(1, () => {
        void writeFile(join(directory, 'a'), 'x').then(() => log.push(`written at ${clock.nowMs()}`));
      });
      clock.setTimer(2, () => log.push('later'));
      await clock.advance(5);
      expect(log).toEqual(['written at 1', 'later']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('runs promises between two timers of one moment', async () => {
    const clock = virtualClock();
    const log: string[] = [];
    clock.setTimer(1, () => {
      log.push('first');
      void Promise.resolve().then(() => log.push('its promise'));
    });
    clock.setTimer(1, () => log.push('second'));
    await clock.advance(1);
    expect(log).toEqual(['first', 'its promise', 'second']);
  });

  it('does not fire what was cancelled, and counts what is left', async () => {
    const clock = virtualClock();
    let fired = 0;
    const timer = clock.setTimer(1, () => fired++);
    const other = clock.setTimer(1, () => fired++);
    timer.cancel();
    timer.cancel();
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    other.cancel();
    expect(fired).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('rejects with what a timer throws and keeps the others', async () => {
    const clock = virtualClock();
    let later = false;
    clock.setTimer(1, () => {
      throw new Error('boom');
    });
    clock.setTimer(1, () => {
      later = true;
    });
    await expect(clock.advance(5)).rejects.toThrow('boom');
    await clock.advance(0);
    expect(later).toBe(true);
  });

  it('stops at the first moment at which a condition holds', async () => {
    const clock = virtualClock();
    let count = 0;
    const again = (): void => {
      count++;
      clock.setTimer(10, again);
    };
    clock.setTimer(10, again);
    await clock.until(() => count === 3);
    expect(clock.nowMs()).toBe(30);
  });

  it('says what it waited for when a condition does not come to hold', async () => {
    const clock = virtualClock();
    const again = (): void => {
      clock.setTimer(10, again);
    };
    again();
    await expect(clock.until(() => false, { withinMs: 100, what: 'web running' })).rejects.toThrow(/web running/);
  });

  it.each([
    ['at once', (set: () => void) => set()],
    ['after a promise', (set: () => void) => void Promise.resolve().then(set)],
  ])('refuses timers that never let time go on, set again %s', async (_when, soon) => {
    const clock = virtualClock();
    const again = (): void =>
      soon(() => {
        clock.setTimer(0, again);
      });
    again();
    await expect(clock.advance(1)).rejects.toThrow(/timers at 0 ms/);
  });

  it('refuses to be moved twice at once and backwards', async () => {
    const clock = virtualClock();
    const first = clock.advance(10);
    await expect(clock.advance(10)).rejects.toThrow(/moving already/);
    await first;
    await expect(clock.advance(-1)).rejects.toThrow(TypeError);
  });

  it('keeps the wall clock apart from the monotonic one', async () => {
    const clock = virtualClock({ wallStartMs: 5000 });
    clock.jumpWall(-3000);
    await clock.advance(10);
    expect([clock.nowMs(), clock.wallMs()]).toEqual([10, 2010]);
  });

  it('fires any set of timers in order of time and then of setting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ at: fc.nat(50), isCancelled: fc.boolean() })), async (timers) => {
        const clock = virtualClock();
        const fired: [at: number, index: number][] = [];
        for (const [index, { at, isCancelled }] of timers.entries()) {
          const timer = clock.setTimer(at, () => fired.push([at, index]));
          if (isCancelled) timer.cancel();
        }
        await clock.advance(50);
        const expected = timers
          .map(({ at, isCancelled }, index) => ({ at, isCancelled, index }))
          .filter(({ isCancelled }) => !isCancelled)
          .toSorted((a, b) => a.at - b.at || a.index - b.index);
        expect(fired).toEqual(expected.map(({ at, index }) => [at, index]));
      }),
    );
  });
});
