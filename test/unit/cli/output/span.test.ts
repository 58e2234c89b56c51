import { expect, it } from 'vitest';
import { span } from '../../../../packages/cli/src/output/span.ts';

it.each([
  [0, '0ms'],
  [640, '640ms'],
  [1000, '1s'],
  [61_000, '1m 1s'],
  [3_600_000, '1h'],
  [3_661_000, '1h 1m'],
  [90_000_000, '1d 1h'],
])('%d ms is %s', (ms, expected) => {
  expect(span(ms)).toBe(expected);
});
