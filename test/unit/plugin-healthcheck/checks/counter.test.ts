import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../../packages/plugin-healthcheck/src/checks/check.ts';
import {
  activate,
  type CheckEvent,
  type CheckState,
  countResult,
  deactivate,
  INACTIVE,
  isDone,
} from '../../../../packages/plugin-healthcheck/src/checks/counter.ts';
import { check, result } from './values.ts';

/** Feeds results a second apart into a freshly activated check. */
function feed(
  one: Check,
  oks: readonly boolean[],
  state: CheckState = activate(INACTIVE, one, 0),
): { state: CheckState; events: CheckEvent[] } {
  const events: CheckEvent[] = [];
  let current = state;
  oks.forEach((ok, index) => {
    const counted = countResult(current, one, { result: result(ok), atMs: (index + 1) * 1000 });
    current = counted.state;
    if (counted.event !== undefined) events.push(counted.event);
  });
  return { state: current, events };
}

const liveness = (more: Partial<Check> = {}): Check => check({ kind: 'liveness', initialDelayMs: 0, ...more });

describe('a check', () => {
  it('goes up at the success threshold and down at the failure threshold, with one event each', () => {
    const { state, events } = feed(liveness({ successThreshold: 2, failureThreshold: 3 }), [
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(events.map(({ type, from, count, threshold, atMs }) => ({ type, from, count, threshold, atMs }))).toEqual([
      { type: 'up', from: 'pending', count: 2, threshold: 2, atMs: 2000 },
      { type: 'down', from: 'up', count: 3, threshold: 3, atMs: 6000 },
      { type: 'up', from: 'down', count: 2, threshold: 2, atMs: 9000 },
    ]);
    expect(state).toMatchObject({ status: 'up', successes: 2, failures: 0 });
  });

  it('does not mind failures that never come in a row', () => {
    const { state, events } = feed(liveness({ failureThreshold: 2 }), [true, false, true, false, true, false]);
    expect(events).toHaveLength(1);
    expect(state).toMatchObject({ status: 'up', failures: 1 });
  });

  it('counts no failure within its initial delay and grace, yet remembers it', () => {
    const one = liveness({ initialDelayMs: 1000, graceMs: 1500, failureThreshold: 1 });
    const { state, events } = feed(one, [false, false, false]);
    expect(events.map(({ atMs }) => atMs)).toEqual([3000]);
    expect(state.history.map(({ isCounted }) => isCounted)).toEqual([false, false, true]);
  });

  it('of a service that comes up counts no failure of its first interval', () => {
    const oks = Array.from({ length: 12 }, () => false);
    const startup = feed(check({ kind: 'startup', intervalMs: 10_000, failureThreshold: 3 }), oks);
    expect(startup.events.map(({ atMs }) => atMs)).toEqual([12_000]);
    const live = feed(liveness({ intervalMs: 10_000, failureThreshold: 3 }), oks);
    expect(live.events.map(({ atMs }) => atMs)).toEqual([3000]);
  });

  it('starts again after a restart: counters at zero, grace anew, history kept', () => {
    const one = liveness({ failureThreshold: 2, graceMs: 5000 });
    const before = feed(one, [true, false]).state;
    const again = activate(deactivate(before), one, 100_000);
    expect(again).toMatchObject({ status: 'pending', successes: 0, failures: 0, countFromMs: 105_000 });
    expect(again.history).toHaveLength(2);
    expect(countResult(again, one, { result: result(false), atMs: 104_000 }).state.failures).toBe(0);
    expect(countResult(again, one, { result: result(false), atMs: 105_000 }).state.failures).toBe(1);
  });

  it('ignores what arrives after its service has gone', () => {
    const gone = deactivate(feed(liveness(), [true]).state);
    expect(countResult(gone, liveness(), { result: result(false), atMs: 9 })).toEqual({ state: gone });
  });

  it('of kind startup is done once it has been up', () => {
    const startup = check({ kind: 'startup' });
    expect(isDone(feed(startup, [true]).state, startup)).toBe(true);
    expect(isDone(feed(startup, [false]).state, startup)).toBe(false);
    expect(isDone(feed(liveness(), [true]).state, liveness())).toBe(false);
  });

  it('remembers the last results only', () => {
    let state = activate(INACTIVE, liveness(), 0);
    for (let at = 1; at <= 30; at++)
      state = countResult(state, liveness(), { result: result(true), atMs: at, historySize: 5 }).state;
    expect(state.history.map(({ atMs }) => atMs)).toEqual([26, 27, 28, 29, 30]);
    expect(countResult(state, liveness(), { result: result(true), atMs: 31, historySize: 0 }).state.history).toEqual(
      [],
    );
  });

  it('behaves for any results as the thresholds say', () => {
    const inputs = fc.record({
      oks: fc.array(fc.boolean(), { maxLength: 60 }),
      up: fc.integer({ min: 1, max: 5 }),
      down: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(inputs, ({ oks, up, down }) => {
        const one = liveness({ successThreshold: up, failureThreshold: down });
        const { state, events } = feed(one, oks);
        expect({ status: state.status, events: events.map(({ type, atMs }) => `${type} ${atMs}`) }).toEqual(
          model(oks, up, down),
        );
        expect(Math.min(state.successes, state.failures)).toBe(0);
        expect(state.history.length).toBe(Math.min(20, oks.length));
      }),
    );
  });
});

/** The specification, by looking back over all results each time. */
function model(oks: readonly boolean[], up: number, down: number): { status: string; events: string[] } {
  let status = 'pending';
  const events: string[] = [];
  oks.forEach((ok, index) => {
    const needed = ok ? up : down;
    const isReached = index + 1 >= needed && oks.slice(index + 1 - needed, index + 1).every((other) => other === ok);
    const next = isReached ? (ok ? 'up' : 'down') : status;
    if (next !== status) events.push(`${next} ${(index + 1) * 1000}`);
    status = next;
  });
  return { status, events };
}
