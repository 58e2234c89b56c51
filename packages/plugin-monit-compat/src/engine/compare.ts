import type { Operator } from '../language/ast.ts';

/** True when the comparison holds. */
export function compare(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '>':
      return value > limit;
    case '<':
      return value < limit;
    case '>=':
      return value >= limit;
    case '<=':
      return value <= limit;
    case '!=':
      return value !== limit;
    case '=':
      break;
  }
  return value === limit;
}
