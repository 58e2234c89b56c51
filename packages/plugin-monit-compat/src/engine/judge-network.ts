import type { Test } from '../language/ast.ts';
import { judgeLimit, NO_VERDICT, type Judgement } from './judge.ts';
import type { Facts } from './sample.ts';
import { formatBytes, plural } from './units.ts';

type NetworkTest = Extract<Test, { kind: 'link' | 'saturation' | 'transfer' }>;

/** The tests of a network interface. */
export function judgeNetwork(test: NetworkTest, { link }: Facts): Judgement {
  if (link === undefined) return NO_VERDICT;
  if (test.kind === 'link') {
    const isBad = test.wanted === 'up' ? link.isUp : !link.isUp;
    return { verdict: isBad ? 'bad' : 'good', detail: `link is ${link.isUp ? 'up' : 'down'}` };
  }
  if (test.kind === 'saturation') {
    return judgeLimit(
      'saturation',
      link.saturationPercent,
      test.operator,
      test.percent,
      (value) => `${Math.round(value)}%`,
    );
  }
  const key = `${test.direction}:${test.unit}`;
  const value = test.windowSeconds === undefined ? link.rates?.[key] : link.totals?.[`${key}:${test.windowSeconds}`];
  const format = (figure: number): string =>
    test.unit === 'bytes' ? formatBytes(figure) : plural(Math.round(figure), 'packet');
  return judgeLimit(
    test.windowSeconds === undefined ? `${test.direction} rate` : `total ${test.direction}`,
    value,
    test.operator,
    test.limit,
    format,
  );
}
