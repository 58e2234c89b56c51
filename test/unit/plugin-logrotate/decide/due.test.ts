import { describe, expect, it } from 'vitest';
import { type Criterion, decideDue, DEFAULT_RULES, nextDueMs, type RotationRules } from '@tappet/plugin-logrotate';
import { type CivilTime, toCivil } from '../../../../packages/plugin-logrotate/src/decide/civil-time.ts';
import { isOverAge } from '../../../../packages/plugin-logrotate/src/decide/due.ts';

/** A Wednesday. */
const NOW_MS = new Date(2026, 2, 11, 14, 30, 20).getTime();
const DAY_MS = 86_400_000;
const before = (days: number, hours = 0): CivilTime => toCivil(NOW_MS - days * DAY_MS - hours * 3600_000);

function isDue(rules: Partial<RotationRules>, more: Partial<Parameters<typeof decideDue>[0]> = {}): boolean {
  return decideDue({
    rules: { ...DEFAULT_RULES, ...rules },
    now: toCivil(NOW_MS),
    nowMs: NOW_MS,
    lastRotated: before(1),
    size: 100,
    modifiedMs: NOW_MS - 2 * DAY_MS,
    isForced: false,
    ...more,
  }).isDue;
}

describe('a period', () => {
  const cases: readonly (readonly [string, Criterion, CivilTime, boolean])[] = [
    ['hourly in the next hour', { kind: 'hourly' }, before(0, 1), true],
    ['hourly in the same hour', { kind: 'hourly' }, { ...before(0), minute: 0 }, false],
    ['hourly a day later in the same hour', { kind: 'hourly' }, before(1), true],
    ['daily on the same day', { kind: 'daily' }, before(0, 14), false],
    ['daily on the next day, whatever the hours', { kind: 'daily' }, before(0, 15), true],
    ['weekly on its day', { kind: 'weekly', weekday: 3 }, before(1), true],
    ['weekly on its day, but rotated today', { kind: 'weekly', weekday: 3 }, before(0, 3), false],
    ['weekly on another day', { kind: 'weekly', weekday: 4 }, before(6), false],
    ['weekly on another day after seven days', { kind: 'weekly', weekday: 4 }, before(7), true],
    ['weekly 7 after six days', { kind: 'weekly', weekday: 7 }, before(6), false],
    ['weekly 7 after seven dates', { kind: 'weekly', weekday: 7 }, before(6, 15), true],
    ['monthly in the same month', { kind: 'monthly' }, before(10), false],
    ['monthly in the next month', { kind: 'monthly' }, before(11), true],
    ['monthly on its day', { kind: 'monthly', day: 11 }, before(1), true],
    ['monthly before its day', { kind: 'monthly', day: 12 }, before(20), false],
    ['monthly after 31 days', { kind: 'monthly', day: 12 }, before(31), true],
    ['yearly in the same year', { kind: 'yearly' }, before(60), false],
    ['yearly in the next year', { kind: 'yearly' }, before(80), true],
    ['minutes not yet over', { kind: 'minutes', minutes: 61 }, before(0, 1), false],
    ['minutes over', { kind: 'minutes', minutes: 60 }, before(0, 1), true],
    ['a last rotation in the same minute', { kind: 'minutes', minutes: 1 }, toCivil(NOW_MS), false],
    ['a last rotation far in the future', { kind: 'yearly' }, before(-2), true],
    ['a last rotation one day in the future', { kind: 'yearly' }, before(-1), false],
  ];
  it.each(cases)('%s', (_, criterion, lastRotated, expected) => {
    expect(isDue({ criterion }, { lastRotated })).toBe(expected);
  });
});

describe('size and age', () => {
  it.each([
    ['size is met at its value', { criterion: { kind: 'size', bytes: 100 } }, true],
    ['size is not met below', { criterion: { kind: 'size', bytes: 101 } }, false],
    ['maxsize is met above only', { criterion: { kind: 'yearly' }, maxSize: 100 }, false],
    ['maxsize goes ahead of the period', { criterion: { kind: 'yearly' }, maxSize: 99 }, true],
    ['minsize vetoes a period', { criterion: { kind: 'daily' }, minSize: 101 }, false],
    ['minsize lets its very value pass', { criterion: { kind: 'daily' }, minSize: 100 }, true],
    ['minsize has no say in size', { criterion: { kind: 'size', bytes: 1 }, minSize: 101 }, true],
    ['minage vetoes a period', { criterion: { kind: 'daily' }, minAgeDays: 3 }, false],
    ['minage lets its very value pass', { criterion: { kind: 'daily' }, minAgeDays: 2 }, true],
  ] as const)('%s', (_, rules, expected) => {
    expect(isDue(rules)).toBe(expected);
  });

  it('lets notifempty veto even force', () => {
    expect(isDue({ ifEmpty: false }, { isForced: true, size: 0 })).toBe(false);
    expect(isDue({ ifEmpty: true }, { isForced: true, size: 0 })).toBe(true);
  });

  it('counts whole days for maxage', () => {
    const age = (days: number): boolean =>
      isOverAge({ modifiedMs: NOW_MS - days * DAY_MS, nowMs: NOW_MS, maxAgeDays: 1 });
    expect([0.5, 1, 1.99, 2].map(age)).toEqual([false, false, false, true]);
  });
});

describe('the next due moment', () => {
  it.each([
    ['hourly', { kind: 'hourly' }, before(0), new Date(2026, 2, 11, 15)],
    ['daily', { kind: 'daily' }, before(0), new Date(2026, 2, 12)],
    ['weekly', { kind: 'weekly', weekday: 0 }, before(0), new Date(2026, 2, 15)],
    ['weekly 7', { kind: 'weekly', weekday: 7 }, before(2), new Date(2026, 2, 16)],
    ['monthly', { kind: 'monthly' }, before(0), new Date(2026, 3, 1)],
    ['monthly 30', { kind: 'monthly', day: 30 }, before(0), new Date(2026, 2, 30)],
    ['yearly', { kind: 'yearly' }, before(0), new Date(2027, 0, 1)],
    ['overdue', { kind: 'daily' }, before(3), new Date(NOW_MS)],
  ] as const)('of %s', (_, criterion, lastRotated, expected) => {
    expect(nextDueMs({ criterion, lastRotated, nowMs: NOW_MS })).toBe(expected.getTime());
  });

  it('is the first moment at which the log is due', () => {
    for (const kind of ['hourly', 'daily', 'monthly', 'yearly'] as const) {
      const at = nextDueMs({ criterion: { kind }, lastRotated: before(0), nowMs: NOW_MS }) ?? 0;
      const look = (ms: number): boolean =>
        isDue({ criterion: { kind } }, { nowMs: ms, now: toCivil(ms), lastRotated: before(0) });
      expect([look(at - 1000), look(at)]).toEqual([false, true]);
    }
  });

  it('is none when only the size counts', () => {
    expect(nextDueMs({ criterion: { kind: 'size', bytes: 1 }, lastRotated: before(9), nowMs: NOW_MS })).toBeUndefined();
  });
});
