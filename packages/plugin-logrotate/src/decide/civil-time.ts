/** A local date and time by its fields, as the state file holds it. Months start at 1. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** The local fields of a moment in milliseconds since the epoch. */
export function toCivil(epochMs: number): CivilTime {
  const date = new Date(epochMs);
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
  };
}

/** The moment that local fields name; fields out of range carry over. */
export function toEpochMs({ year, month, day, hour, minute, second }: CivilTime): number {
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}

/** The same hour with its minute and second zero: what a log gets that is seen for the first time. */
export function startOfHour(time: CivilTime): CivilTime {
  return { ...time, minute: 0, second: 0 };
}

/** Calendar days from one date to another, whatever the time of day. */
export function daysBetween(from: CivilTime, to: CivilTime): number {
  const day = ({ year, month, day: date }: CivilTime): number => Date.UTC(year, month - 1, date) / 86_400_000;
  return day(to) - day(from);
}

/** 0 for Sunday to 6. */
export function weekdayOf({ year, month, day }: CivilTime): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

/** Days in the month of a date. */
export function daysInMonth({ year, month }: CivilTime): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** `2026-01-31 09:05`, as verbose output shows it. */
export function formatMinute({ year, month, day, hour, minute }: CivilTime): string {
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
}

/** At least two digits. */
export function two(number: number): string {
  return String(number).padStart(2, '0');
}
