import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../packages/plugin-healthcheck/src/durations.ts';

describe('parseDuration', () => {
  it.each([
    [5, 5000],
    [0.25, 250],
    [0, 0],
    ['5', 5000],
    ['5s', 5000],
    ['2m', 120_000],
    ['500ms', 500],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['1d', 86_400_000],
    [' 3s ', 3000],
  ])('reads %j', (value, ms) => {
    expect(parseDuration(value)).toBe(ms);
  });

  it.each([-1, Number.NaN, Infinity, '', ' ', '-1s', '5 s', '5x', 's', '1s2', true, null, undefined, []])(
    'refuses %j',
    (value) => {
      expect(parseDuration(value)).toBeUndefined();
    },
  );
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [250.4, '250 ms'],
    [1500, '1.5 s'],
    [30_000, '30 s'],
    [600_000, '10 min'],
  ])('%d ms', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
