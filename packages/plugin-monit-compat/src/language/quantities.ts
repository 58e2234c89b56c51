import type { Operator } from './ast.ts';
import type { TokenCursor } from './cursor.ts';

const OPERATORS: readonly Operator[] = ['>', '<', '>=', '<=', '=', '!='];
const BYTE_UNITS: ReadonlyMap<string, number> = new Map([
  ['byte', 1],
  ['kilobyte', 1024],
  ['megabyte', 1024 ** 2],
  ['gigabyte', 1024 ** 3],
]);
const TIME_UNITS: ReadonlyMap<string, number> = new Map([
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
  ['month', 2_678_400],
]);

/** The comparison; leaving it out means equal. */
export function readOperator(cursor: TokenCursor): Operator {
  for (const operator of OPERATORS) if (cursor.take(operator)) return operator;
  return '=';
}

export function readPercentSign(cursor: TokenCursor): void {
  if (cursor.take('%', 'percent') === undefined) throw cursor.fault('"%"');
}

export function takePercentSign(cursor: TokenCursor): boolean {
  return cursor.take('%', 'percent') !== undefined;
}

/** How many bytes the unit that stands here means; bytes when none does. */
export function readByteUnit(cursor: TokenCursor): number {
  const factor = BYTE_UNITS.get(cursor.peek().kind === 'keyword' ? cursor.peek().key : '');
  if (factor === undefined) return 1;
  cursor.next();
  return factor;
}

/** How many seconds the unit that stands here means; seconds when none does. */
export function readTimeUnit(cursor: TokenCursor): number {
  const factor = TIME_UNITS.get(cursor.peek().kind === 'keyword' ? cursor.peek().key : '');
  if (factor === undefined) return 1;
  cursor.next();
  return factor;
}

/** A number of seconds with its unit, in milliseconds: `timeout 5 seconds`. */
export function readSeconds(cursor: TokenCursor, what: string): number {
  const value = cursor.number(what);
  cursor.expect('second', `"seconds" after ${what}`);
  return value * 1000;
}

/** A number of seconds or milliseconds, in milliseconds. */
export function readDuration(cursor: TokenCursor, what: string): number {
  const value = cursor.number(what);
  return cursor.expectOne(['second', 'millisecond'], `"seconds" or "milliseconds" after ${what}`) === 'second'
    ? value * 1000
    : value;
}
