import { describe, expect, test } from 'vitest';
import { parseSize } from '../../../../packages/core/src/plan/size.ts';

describe('a size', () => {
  test.each<[unknown, number]>([
    [0, 0],
    [1024, 1024],
    ['512', 512],
    ['512B', 512],
    ['10M', 10_485_760],
    ['10MiB', 10_485_760],
    ['10mb', 10_485_760],
    ['2GiB', 2_147_483_648],
    ['512 KB', 524_288],
    ['1.5k', 1536],
    ['1T', 1_099_511_627_776],
  ])('%j is %i bytes', (value, expected) => {
    expect(parseSize(value)).toBe(expected);
  });

  test.each([
    '',
    'M',
    '10X',
    '-1',
    '1 M B',
    '10iB',
    '1e3',
    -1,
    Number.NaN,
    Infinity,
    '99999999T',
    null,
    undefined,
    true,
    [],
  ])('%s is none', (value) => {
    expect(parseSize(value)).toBeUndefined();
  });
});
