import type { Criterion, RotationRules } from '../language/rules.ts';
import { type CivilTime, daysBetween, daysInMonth, formatMinute, toEpochMs, weekdayOf } from './civil-time.ts';

/** What the decision looks at. */
export interface DueInput {
  readonly rules: RotationRules;
  readonly now: CivilTime;
  readonly nowMs: number;
  /** From the state; a log that is new has the start of this hour. */
  readonly lastRotated: CivilTime;
  readonly size: number;
  readonly modifiedMs: number;
  readonly isForced: boolean;
}

/** Whether a log is rotated now, and why, as `-v` says it. */
export interface Decision {
  readonly isDue: boolean;
  readonly reasons: readonly string[];
}

/** A state further in the future than this cannot be a change of clocks: then the state is wrong. */
const FUTURE_LIMIT_MS = 25 * 3600_000;
const DAY_MS = 86_400_000;

/**
 * Whether a log is due. In this order: `-f`, `maxsize` (above), `size` (at or above, whatever the date), a last rotation
 * in the future, the period unless it was already rotated in this minute; `minsize` and `minage` can veto only the period,
 * `notifempty` vetoes everything.
 */
export function decideDue(input: DueInput): Decision {
  const reasons: string[] = [];
  const isWanted = isCriterionMet(input, reasons);
  if (isWanted && !input.rules.ifEmpty && input.size === 0) {
    return { isDue: false, reasons: ['log does not need rotating (log is empty)'] };
  }
  return { isDue: isWanted, reasons };
}

function isCriterionMet(input: DueInput, reasons: string[]): boolean {
  const { rules, size, isForced, now, nowMs, lastRotated } = input;
  const { criterion, maxSize } = rules;
  if (isForced) return true;
  if (maxSize > 0 && size > maxSize) return true;
  if (criterion.kind === 'size') {
    if (size >= criterion.bytes) return true;
    reasons.push("log does not need rotating (log size is below the 'size' threshold)");
    return false;
  }
  if (daysBetween(now, lastRotated) > 0 && toEpochMs(lastRotated) - nowMs > FUTURE_LIMIT_MS) {
    reasons.push('log last rotated in the future -- rotation forced');
    return true;
  }
  if (isSameMinute(lastRotated, now)) {
    reasons.push('log does not need rotating (log has already been rotated)');
    return false;
  }
  if (!isPeriodOver({ criterion, lastRotated, now, nowMs })) {
    reasons.push(
      `log does not need rotating (log has been rotated at ${formatMinute(lastRotated)}, which is ${recency(criterion)})`,
    );
    return false;
  }
  return !isVetoed(input, reasons);
}

function isVetoed({ rules, size, modifiedMs, nowMs }: DueInput, reasons: string[]): boolean {
  if (rules.minSize > 0 && size < rules.minSize) {
    reasons.push(
      "log does not need rotating ('minsize' directive is used and the log size is smaller than the minsize value)",
    );
    return true;
  }
  if (rules.minAgeDays > 0 && ageInDays(modifiedMs, nowMs) < rules.minAgeDays) {
    reasons.push("log does not need rotating ('minage' directive is used and the log is newer than the minage days)");
    return true;
  }
  return false;
}

/** Whether the criterion's period has passed since the last rotation. Never true for `size`. */
export function isPeriodOver({
  criterion,
  lastRotated,
  now,
  nowMs,
}: {
  readonly criterion: Criterion;
  readonly lastRotated: CivilTime;
  readonly now: CivilTime;
  readonly nowMs: number;
}): boolean {
  const isOtherYear = now.year !== lastRotated.year;
  const isOtherMonth = isOtherYear || now.month !== lastRotated.month;
  const isOtherDay = isOtherMonth || now.day !== lastRotated.day;
  switch (criterion.kind) {
    case 'size':
      return false;
    case 'minutes':
      return nowMs - toEpochMs(lastRotated) >= criterion.minutes * 60_000;
    case 'hourly':
      return isOtherDay || now.hour !== lastRotated.hour;
    case 'daily':
      return isOtherDay;
    case 'weekly': {
      const days = daysBetween(lastRotated, now);
      return days >= 7 || (days >= 1 && criterion.weekday === weekdayOf(now));
    }
    case 'monthly': {
      if (criterion.day === undefined) return isOtherMonth;
      const days = daysBetween(lastRotated, now);
      return days >= 31 || (days >= 1 && now.day === Math.min(criterion.day, daysInMonth(now)));
    }
    case 'yearly':
    default:
      return isOtherYear;
  }
}

function isSameMinute(a: CivilTime, b: CivilTime): boolean {
  return a.year === b.year && a.month === b.month && a.day === b.day && a.hour === b.hour && a.minute === b.minute;
}

function recency(criterion: Criterion): string {
  const texts: Readonly<Record<Criterion['kind'], string>> = {
    size: 'recent',
    minutes: 'less than the minutes asked for',
    hourly: 'less than an hour ago',
    daily: 'less than a day ago',
    weekly: 'less than a week ago',
    monthly: 'less than a month ago',
    yearly: 'less than a year ago',
  };
  return texts[criterion.kind];
}

/** Whether a file last changed longer ago than `maxage` allows. Only whole days count. */
export function isOverAge({
  modifiedMs,
  nowMs,
  maxAgeDays,
}: {
  readonly modifiedMs: number;
  readonly nowMs: number;
  readonly maxAgeDays: number;
}): boolean {
  return maxAgeDays > 0 && ageInDays(modifiedMs, nowMs) > maxAgeDays;
}

function ageInDays(modifiedMs: number, nowMs: number): number {
  return Math.floor((nowMs - modifiedMs) / DAY_MS);
}
