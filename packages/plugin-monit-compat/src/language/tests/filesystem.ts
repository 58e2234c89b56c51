import type { ReadContext } from '../context.ts';
import { readByteUnit, readDuration, readOperator, readPercentSign, takePercentSign } from '../quantities.ts';
import type { ReadTest } from '../rule.ts';
import { readIoLimit } from './resource.ts';

/** The tests that only a filesystem has: space, inodes, read and write rate, service time. */
export function readFilesystem(context: ReadContext): ReadTest | undefined {
  const { cursor } = context;
  if (cursor.take('space')) return readSpace(context);
  if (cursor.take('inode')) return readInode(context);
  for (const direction of ['read', 'write'] as const) {
    if (!cursor.take(direction)) continue;
    const operator = readOperator(cursor);
    return { test: { kind: 'io', direction, operator, ...readIoLimit(cursor) }, elseKind: 'succeeded' };
  }
  if (!cursor.take('servicetime')) return undefined;
  const operator = readOperator(cursor);
  return {
    test: { kind: 'serviceTime', operator, ms: readDuration(cursor, 'the service time') },
    elseKind: 'succeeded',
  };
}

function readSpace({ cursor }: ReadContext): ReadTest {
  const free = cursor.take('free') !== undefined;
  const operator = readOperator(cursor);
  const value = cursor.numberOrReal('a size or a percentage');
  if (takePercentSign(cursor))
    return { test: { kind: 'space', free, operator, limit: value, unit: 'percent' }, elseKind: 'succeeded' };
  return {
    test: { kind: 'space', free, operator, limit: value * readByteUnit(cursor), unit: 'bytes' },
    elseKind: 'succeeded',
  };
}

function readInode({ cursor }: ReadContext): ReadTest {
  const free = cursor.take('free') !== undefined;
  const operator = readOperator(cursor);
  const isReal = cursor.peek().kind === 'real';
  const value = cursor.numberOrReal('a number or a percentage');
  if (isReal) readPercentSign(cursor);
  const unit = isReal || takePercentSign(cursor) ? 'percent' : 'count';
  return { test: { kind: 'inode', free, operator, limit: value, unit }, elseKind: 'succeeded' };
}
