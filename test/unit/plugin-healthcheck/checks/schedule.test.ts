import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../../packages/plugin-healthcheck/src/checks/check.ts';
import { check as aCheck } from './values.ts';
import {
  type CheckSchedule,
  firstDueMs,
  gridStepMs,
  nextDueMs,
  placeOf,
  scheduleOf,
} from '../../../../packages/plugin-healthcheck/src/checks/schedule.ts';

const every = (intervalMs: number, more: Partial<CheckSchedule> = {}): CheckSchedule => ({
  intervalMs,
  initialDelayMs: 0,
  jitter: 1,
  quickStart: false,
  ...more,
});

/** The due times of a check that starts at a moment and fails until `okFrom`. */
function dues(
  schedule: CheckSchedule,
  { startMs, place, count, okFrom = 0 }: { startMs: number; place: number; count: number; okFrom?: number },
): number[] {
  const firstMs = firstDueMs(schedule, startMs);
  const times = [firstMs];
  while (times.length < count) {
    const lastDueMs = times.at(-1) ?? 0;
    times.push(nextDueMs(schedule, { place, firstMs, lastDueMs, isWarm: times.length > okFrom }));
  }
  return times;
}

const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0));

describe('the schedule', () => {
  it('begins after the initial delay', () => {
    expect(firstDueMs(every(1000, { initialDelayMs: 250 }), 100)).toBe(350);
  });

  it('keeps round intervals to the millisecond once it is on the grid', () => {
    const intervals = fc.constantFrom(100, 200, 500, 1000, 1500, 2000, 2500, 5000, 10_000, 15_000, 30_000, 60_000);
    fc.assert(
      fc.property(
        intervals,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer({ min: 0, max: 1e7 }),
        (intervalMs, place, startMs) => {
          const [toGrid = 0, ...regular] = gaps(dues(every(intervalMs), { startMs, place, count: 20 }));
          expect(toGrid).toBeGreaterThanOrEqual(intervalMs / 2);
          expect(toGrid).toBeLessThanOrEqual(intervalMs * 1.5 + gridStepMs(intervalMs));
          expect(new Set(regular)).toEqual(new Set([intervalMs]));
        },
      ),
    );
  });

  it('keeps any interval to a fiftieth, and on average exactly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 100_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (intervalMs, place) => {
          const times = dues(every(intervalMs), { startMs: 7, place, count: 30 }).slice(1);
          for (const gap of gaps(times)) expect(Math.abs(gap - intervalMs)).toBeLessThanOrEqual(gridStepMs(intervalMs));
          const drift = (times.at(-1) ?? 0) - (times[0] ?? 0) - intervalMs * (times.length - 1);
          expect(Math.abs(drift)).toBeLessThanOrEqual(gridStepMs(intervalMs));
        },
      ),
    );
  });

  it('spreads checks evenly and lets those of one tenth of the interval share a wake-up', () => {
    const slots = new Map<number, number>();
    for (let index = 0; index < 1000; index++) {
      const due =
        dues(every(1000), { startMs: 0, place: placeOf(`web@${index}/readiness-http`), count: 5 }).at(-1) ?? 0;
      slots.set(due % 1000, (slots.get(due % 1000) ?? 0) + 1);
    }
    expect([...slots.keys()].sort((a, b) => a - b)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    for (const count of slots.values()) expect(count).toBeGreaterThan(60);
    for (const count of slots.values()) expect(count).toBeLessThan(140);
  });

  it('fires all checks together without jitter', () => {
    const places = [0.1, 0.5, 0.9].map((place) =>
      dues(every(1000, { jitter: 0 }), { startMs: 0, place, count: 3 }).at(-1),
    );
    expect(new Set(places).size).toBe(1);
  });

  it('tries often while a service comes up, until it is up or an interval has passed', () => {
    const quick = every(10_000, { quickStart: true, jitter: 0 });
    const times = dues(quick, { startMs: 0, place: 0, count: 25, okFrom: 99 });
    expect(times.slice(0, 8)).toEqual([0, 100, 200, 300, 400, 500, 625, 781.25]);
    const coming = times.filter((time) => time < 10_000);
    expect(Math.max(...gaps(coming))).toBe(1000);
    for (const [index, gap] of gaps(coming).entries())
      expect(gap).toBeLessThanOrEqual(Math.max(100, (coming[index] ?? 0) / 4));
    expect(times.slice(coming.length, coming.length + 2)).toEqual([20_000, 30_000]);
    expect(dues(quick, { startMs: 0, place: 0, count: 5, okFrom: 2 })).toEqual([0, 100, 200, 10_000, 20_000]);
  });

  it('does not try more often than its interval, however short that is', () => {
    expect(dues(every(100, { quickStart: true, jitter: 0 }), { startMs: 0, place: 0, count: 4, okFrom: 99 })).toEqual([
      0, 100, 200, 300,
    ]);
  });
});

describe('the schedule of a check', () => {
  it('begins quickly where a probe tells when the service has come up', () => {
    const check = (kind: Check['kind'], source?: Check['source']): Check =>
      aCheck({ kind, initialDelayMs: 7, jitter: 0.5, ...(source === undefined ? {} : { source }) });
    expect(scheduleOf(check('readiness'))).toEqual({
      intervalMs: 1000,
      initialDelayMs: 7,
      jitter: 0.5,
      quickStart: true,
    });
    expect(scheduleOf(check('startup'))).toMatchObject({ quickStart: true });
    expect(scheduleOf(check('liveness'))).toMatchObject({ quickStart: false });
    expect(scheduleOf(check('readiness', { type: 'heartbeat' }))).toMatchObject({ quickStart: false });
  });
});

describe('placeOf', () => {
  it('is the same for the same name and lies between 0 and 1', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(placeOf(name)).toBe(placeOf(name));
        expect(placeOf(name)).toBeGreaterThanOrEqual(0);
        expect(placeOf(name)).toBeLessThan(1);
      }),
    );
  });
});
