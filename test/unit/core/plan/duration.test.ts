import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../../../packages/core/src/plan/duration.ts';

describe('a duration', () => {
  test.each<[unknown, number]>([
    [0, 0],
    [-0, 0],
    [5, 5000],
    [0.25, 250],
    ['5', 5000],
    ['5s', 5000],
    ['500ms', 500],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1h 30m 5s', 5_405_000],
    ['1d', 86_400_000],
    ['1.5s', 1500],
    [' 5s ', 5000],
    ['5m10ms', 300_010],
  ])('%j is %i ms', (value, expected) => {
    expect(parseDuration(value)).toBe(expected);
  });

  test.each([
    '',
    ' ',
    's',
    'abc',
    '-5s',
    '5x',
    '5S',
    '30m1h',
    '1s1s',
    '5 s',
    '1e3',
    '.5s',
    '5.s',
    -1,
    Number.NaN,
    Infinity,
    1e300,
    `${'9'.repeat(400)}s`,
    null,
    undefined,
    true,
    [],
    {},
    5n,
  ])('%s is none', (value) => {
    expect(parseDuration(value)).toBeUndefined();
  });

  test('that was written down reads back as itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  test('is written as people write it', () => {
    expect([0, 500, 1000, 1500, 90_000, 3_600_000, 5_405_000].map(formatDuration)).toEqual([
      '0ms',
      '500ms',
      '1s',
      '1.5s',
      '1m30s',
      '1h',
      '1h30m5s',
    ]);
  });

  test('of any text is read in time that does not explode', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('1', '9', '0', '.', 's', 'm', 'h', 'd', ' '), maxLength: 2000 }),
        (text) => {
          const value = parseDuration(text);
          expect(value === undefined || value >= 0).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
