import type { ResourceMetric, ResourceTest, ResourceUnit } from '../ast.ts';
import type { ReadContext } from '../context.ts';
import { readByteUnit, readOperator, readPercentSign, takePercentSign } from '../quantities.ts';
import type { ReadTest } from '../rule.ts';

/** What may stand behind a figure: how its limit is written. */
type LimitForm = 'percent' | 'bytes-or-percent' | 'count' | 'load' | 'io';

type Figures = ReadonlyMap<string, readonly [ResourceMetric, LimitForm]>;

const COMMON: readonly (readonly [string, readonly [ResourceMetric, LimitForm]])[] = [
  ['cpu', ['cpu', 'percent']],
  ['memory', ['memory', 'bytes-or-percent']],
  ['loadavg1', ['loadavg1', 'load']],
  ['loadavg5', ['loadavg5', 'load']],
  ['loadavg15', ['loadavg15', 'load']],
];

const PROCESS_FIGURES: Figures = new Map([
  ...COMMON,
  ['totalcpu', ['totalCpu', 'percent']],
  ['totalmemory', ['totalMemory', 'bytes-or-percent']],
  ['children', ['children', 'count']],
  ['threads', ['threads', 'count']],
  ['read', ['diskRead', 'io']],
  ['write', ['diskWrite', 'io']],
]);

const SYSTEM_FIGURES: Figures = new Map([
  ...COMMON,
  ['swap', ['swap', 'bytes-or-percent']],
  ['cpu(user)', ['cpuUser', 'percent']],
  ['cpu(system)', ['cpuSystem', 'percent']],
  ['cpu(wait)', ['cpuWait', 'percent']],
  ['cpu(nice)', ['cpuNice', 'percent']],
  ['cpu(hardirq)', ['cpuHardirq', 'percent']],
  ['cpu(softirq)', ['cpuSoftirq', 'percent']],
  ['cpu(steal)', ['cpuSteal', 'percent']],
  ['cpu(guest)', ['cpuGuest', 'percent']],
  ['cpu(guestnice)', ['cpuGuestnice', 'percent']],
]);

/** The keywords that begin a resource test of the type; undefined for a type without any. */
export function resourceKeywords(type: 'process' | 'system'): readonly string[] {
  return ['filedescriptors', ...(type === 'process' ? PROCESS_FIGURES : SYSTEM_FIGURES).keys()];
}

/**
 * One or more figures with their limits. The language lets several follow each other, joined by `and` or `or`, but
 * judges only the last one; the others are answered as dropped.
 */
export function readResources(context: ReadContext, type: 'process' | 'system'): ReadTest | undefined {
  const figures = type === 'process' ? PROCESS_FIGURES : SYSTEM_FIGURES;
  const { cursor, issues } = context;
  const first = cursor.peek();
  const descriptors = readDescriptors(context, type);
  if (descriptors !== undefined) return { test: descriptors, elseKind: 'succeeded' };
  const tests: ResourceTest[] = [];
  for (;;) {
    const test = readFigure(context, figures, type);
    if (test === undefined) break;
    tests.push(test);
  }
  const test = tests.pop();
  if (test === undefined) return undefined;
  if (tests.length > 0) {
    issues.warn({
      at: first,
      message: `only the last of the ${tests.length + 1} conditions counts: "and" and "or" mean nothing in this language`,
    });
  }
  return tests.length === 0 ? { test, elseKind: 'succeeded' } : { test, elseKind: 'succeeded', dropped: tests };
}

// File descriptors stand alone: they cannot be joined with other figures.
function readDescriptors({ cursor }: ReadContext, type: 'process' | 'system'): ResourceTest | undefined {
  if (cursor.take('filedescriptors')) {
    const operator = readOperator(cursor);
    const isReal = cursor.peek().kind === 'real';
    const limit = cursor.numberOrReal('a number or a percentage');
    if (isReal) readPercentSign(cursor);
    const unit = isReal || takePercentSign(cursor) ? 'percent' : 'count';
    return { kind: 'resource', metric: 'fileDescriptors', operator, limit, unit, perCore: false };
  }
  if (type !== 'process' || !cursor.is('total') || !cursor.is('filedescriptors', 1)) return undefined;
  cursor.next();
  cursor.next();
  const operator = readOperator(cursor);
  return {
    kind: 'resource',
    metric: 'totalFileDescriptors',
    operator,
    limit: cursor.number('a number'),
    unit: 'count',
    perCore: false,
  };
}

function readFigure(context: ReadContext, figures: Figures, type: 'process' | 'system'): ResourceTest | undefined {
  const { cursor } = context;
  if (type === 'process' && cursor.is('disk') && (cursor.is('read', 1) || cursor.is('write', 1))) cursor.next();
  const token = cursor.peek();
  const figure = token.kind === 'keyword' ? figures.get(token.key) : undefined;
  if (figure === undefined) return undefined;
  cursor.next();
  const [metric, form] = figure;
  const perCore = form === 'load' && cursor.take('core') !== undefined;
  const operator = readOperator(cursor);
  const { limit, unit } = readLimit(context, form);
  return { kind: 'resource', metric, operator, limit, unit, perCore };
}

function readLimit({ cursor }: ReadContext, form: LimitForm): { limit: number; unit: ResourceUnit } {
  switch (form) {
    case 'percent': {
      const limit = cursor.numberOrReal('a percentage');
      readPercentSign(cursor);
      return { limit, unit: 'percent' };
    }
    case 'bytes-or-percent': {
      const limit = cursor.numberOrReal('a size or a percentage');
      return takePercentSign(cursor)
        ? { limit, unit: 'percent' }
        : { limit: limit * readByteUnit(cursor), unit: 'bytes' };
    }
    case 'count':
      return { limit: cursor.number('a number'), unit: 'count' };
    case 'load':
      return { limit: cursor.numberOrReal('a load'), unit: 'count' };
    case 'io':
      return readIoLimit(cursor);
  }
}

/** A rate in bytes or in operations per second. */
export function readIoLimit(cursor: ReadContext['cursor']): {
  limit: number;
  unit: 'bytesPerSecond' | 'operationsPerSecond';
} {
  const isReal = cursor.peek().kind === 'real';
  const limit = cursor.numberOrReal('a rate');
  if (!isReal && cursor.take('operation')) return { limit, unit: 'operationsPerSecond' };
  return { limit: limit * readByteUnit(cursor), unit: 'bytesPerSecond' };
}
