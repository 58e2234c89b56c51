import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../../packages/core/src/hooks/histogram.ts';

describe('histogram', () => {
  it('is 0 before the first duration', () => {
    const histogram = new Histogram();
    expect([histogram.quantileMs(0.5), histogram.quantileMs(0.99), histogram.maxMs]).toEqual([0, 0, 0]);
  });

  it('tells a quantile within 25 % above and never below, from 4 µs to half an hour', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.004, max: 1_800_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.9, 0.99, 1),
        (durations, share) => {
          const histogram = new Histogram();
          for (const duration of durations) histogram.add(duration);
          const sorted = durations.toSorted((a, b) => a - b);
          const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
          expect(histogram.quantileMs(share)).toBeGreaterThanOrEqual(exact);
          // Buckets hold whole microseconds.
          expect(histogram.quantileMs(share)).toBeLessThanOrEqual(exact * 1.25 + 0.001);
        },
      ),
    );
  });

  it('takes what no duration should be', () => {
    const histogram = new Histogram();
    for (const odd of [-1, 0, 1e12]) histogram.add(odd);
    expect(histogram.maxMs).toBe(1e12);
    expect(histogram.quantileMs(0.3)).toBeLessThan(0.01);
  });
});
