import type { ReadContext } from '../context.ts';
import { readByteUnit, readOperator, readPercentSign } from '../quantities.ts';
import type { ReadTest } from '../rule.ts';

/** The tests of a network interface that do not begin with `failed` or `changed`. */
export function readNetwork(context: ReadContext): ReadTest | undefined {
  const { cursor } = context;
  if (cursor.take('link')) {
    const wanted = cursor.expectOne(['up', 'down'], '"up" or "down"');
    return { test: { kind: 'link', wanted }, elseKind: wanted === 'up' ? 'failed' : 'succeeded' };
  }
  if (cursor.take('saturation')) {
    const operator = readOperator(cursor);
    const percent = cursor.number('a percentage');
    readPercentSign(cursor);
    return { test: { kind: 'saturation', operator, percent }, elseKind: 'succeeded' };
  }
  const isTotal = cursor.is('total') && (cursor.is('upload', 1) || cursor.is('download', 1));
  if (isTotal) cursor.next();
  return readTransfer(context, isTotal);
}

const WINDOWS: ReadonlyMap<string, readonly [seconds: number, most: number]> = new Map([
  ['minute', [60, 60]],
  ['hour', [3600, 24]],
  ['day', [86_400, 1]],
]);

function readTransfer(context: ReadContext, isTotal: boolean): ReadTest | undefined {
  const { cursor } = context;
  const direction = cursor.is('upload') ? 'upload' : cursor.is('download') ? 'download' : undefined;
  if (direction === undefined) return undefined;
  cursor.next();
  const operator = readOperator(cursor);
  const value = cursor.number('an amount');
  const unit = cursor.take('packet') ? 'packets' : 'bytes';
  const limit = unit === 'packets' ? value : value * readByteUnit(cursor);
  const windowSeconds = isTotal ? readWindow(context) : undefined;
  return { test: { kind: 'transfer', direction, operator, limit, unit, windowSeconds }, elseKind: 'succeeded' };
}

function readWindow({ cursor, issues }: ReadContext): number {
  const token = cursor.peek();
  const count = token.kind === 'number' ? cursor.number('a number') : 1;
  const unit = cursor.expectOne(['minute', 'hour', 'day'], '"minutes", "hours" or "day"');
  const [seconds, most] = WINDOWS.get(unit) ?? [60, 60];
  if (count > most) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot total over ${count} ${unit}s: at most ${most} are possible (24 hours are kept)`,
    });
  }
  return Math.max(1, count) * seconds;
}
