import type { Criterion } from '../language/rules.ts';
import { type CivilTime, toCivil, toEpochMs } from './civil-time.ts';
import { isPeriodOver } from './due.ts';

/** A period is over after a year and a day at the latest. */
const FARTHEST_HOURS = 24 * 367;

/**
 * The first moment, in milliseconds since the epoch, at which the period since the last rotation is over: the start of
 * an hour or day, or now when it is over already. Undefined for `size`, which no date makes due.
 */
export function nextDueMs({
  criterion,
  lastRotated,
  nowMs,
}: {
  readonly criterion: Criterion;
  readonly lastRotated: CivilTime;
  readonly nowMs: number;
}): number | undefined {
  if (criterion.kind === 'size') return undefined;
  if (criterion.kind === 'minutes') return Math.max(nowMs, toEpochMs(lastRotated) + criterion.minutes * 60_000);
  const isOverAt = (ms: number): boolean => isPeriodOver({ criterion, lastRotated, now: toCivil(ms), nowMs: ms });
  if (isOverAt(nowMs)) return nowMs;
  const step = criterion.kind === 'hourly' ? 1 : 24;
  const start = toCivil(nowMs);
  for (let hours = step; hours <= FARTHEST_HOURS; hours += step) {
    const hour = step === 1 ? start.hour + hours : 0;
    const day = step === 1 ? start.day : start.day + hours / 24;
    const at = toEpochMs({ ...start, day, hour, minute: 0, second: 0 });
    if (at > nowMs && isOverAt(at)) return at;
  }
  return undefined;
}
