import type { HttpOptions, Operator } from '../language/ast.ts';

const HIGHEST = 599;

/** Status codes that pass, as ranges. Without a status test everything below 400 does. */
export function acceptedStatus({ status }: HttpOptions): readonly (readonly [number, number])[] {
  if (status === undefined) return [[100, 399]];
  return rangesOf(status.operator, status.value).filter(([from, to]) => from <= to);
}

/** True when one of the ranges holds the status. */
export function isAccepted(ranges: readonly (readonly [number, number])[], status: number): boolean {
  return ranges.some(([from, to]) => status >= from && status <= to);
}

function rangesOf(operator: Operator, value: number): readonly (readonly [number, number])[] {
  switch (operator) {
    case '=':
      return [[value, value]];
    case '!=':
      return [
        [100, value - 1],
        [value + 1, HIGHEST],
      ];
    case '<':
      return [[100, value - 1]];
    case '<=':
      return [[100, value]];
    case '>':
      return [[value + 1, HIGHEST]];
    case '>=':
      return [[value, HIGHEST]];
  }
}
