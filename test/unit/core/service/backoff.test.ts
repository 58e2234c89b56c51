import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffDelayMs } from '../../../../packages/core/src/service/backoff.ts';

const policy = { delayMs: 500, factor: 2, maxDelayMs: 30_000, jitter: 0.1 };
const middle = 0.5;

describe('the pause before a restart', () => {
  test.each([
    [0, 500],
    [1, 500],
    [2, 1000],
    [3, 2000],
    [6, 16_000],
    [7, 30_000],
    [8, 30_000],
    [5000, 30_000],
  ])('after failure %i in a row is %i ms', (consecutiveFailures, expected) => {
    expect(backoffDelayMs(policy, { consecutiveFailures, random: middle })).toBe(expected);
  });

  test('is a tenth shorter or longer at the ends of the jitter', () => {
    expect(backoffDelayMs(policy, { consecutiveFailures: 1, random: 0 })).toBe(450);
    expect(backoffDelayMs(policy, { consecutiveFailures: 1, random: 0.999_999 })).toBe(550);
  });

  test('is always none when the delay is 0, even after so many failures that the growth overflows', () => {
    for (const consecutiveFailures of [1, 10, 100_000]) {
      expect(backoffDelayMs({ ...policy, delayMs: 0 }, { consecutiveFailures, random: 0.9 })).toBe(0);
    }
  });

  test('is at most the longest pause when even the first is longer', () => {
    expect(backoffDelayMs({ ...policy, maxDelayMs: 100 }, { consecutiveFailures: 1, random: middle })).toBe(100);
  });

  test('never shrinks while failures go on and stays within jitter of the cap', () => {
    const cases = fc.record({
      delayMs: fc.integer({ min: 0, max: 100_000 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      maxDelayMs: fc.integer({ min: 0, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(cases, fc.nat(2000), fc.double({ min: 0, max: 0.999, noNaN: true }), (some, failures, random) => {
        const steady = { ...some, jitter: 0 };
        const now = backoffDelayMs(steady, { consecutiveFailures: failures, random });
        const next = backoffDelayMs(steady, { consecutiveFailures: failures + 1, random });
        expect(next).toBeGreaterThanOrEqual(now);
        const shaken = backoffDelayMs({ ...some, jitter: 0.2 }, { consecutiveFailures: failures, random });
        expect(shaken).toBeGreaterThanOrEqual(0);
        expect(shaken).toBeLessThanOrEqual(Math.ceil(some.maxDelayMs * 1.2));
      }),
    );
  });
});
