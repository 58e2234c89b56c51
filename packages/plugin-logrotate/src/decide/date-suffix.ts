import type { RotationRules } from '../language/rules.ts';
import { type CivilTime, daysBetween, toCivil, toEpochMs, two, weekdayOf } from './civil-time.ts';

/** A dated ending as text to keep and fields to fill in. */
type Piece = { readonly text: string } | { readonly field: string };

/** How many digits a field has; `%z` is a sign and four. */
const WIDTHS: Readonly<Record<string, number>> = {
  Y: 4,
  m: 2,
  d: 2,
  H: 2,
  M: 2,
  S: 2,
  V: 2,
  G: 4,
  y: 2,
  g: 2,
  U: 2,
  W: 2,
  u: 1,
  w: 1,
  j: 3,
  s: 10,
  z: 5,
};

/** The date format of a block: its own, or the default for its criterion. */
export function dateFormatOf({ dateFormat, criterion }: RotationRules): string {
  return dateFormat ?? (criterion.kind === 'hourly' ? '-%Y%m%d%H' : '-%Y%m%d');
}

/** The moment that a dated ending names: now, an hour ago, or this time yesterday. */
export function stampTime({ dateHourAgo, dateYesterday }: RotationRules, nowMs: number): number {
  if (dateHourAgo) return nowMs - 3600_000;
  if (!dateYesterday) return nowMs;
  const now = toCivil(nowMs);
  return toEpochMs({ ...now, day: now.day - 1 });
}

/** Fills a format in. A letter that is no known field stays with its percent sign. */
export function formatDateSuffix(format: string, atMs: number): string {
  const time = toCivil(atMs);
  return piecesOf(format)
    .map((piece) => ('text' in piece ? piece.text : fieldValue(piece.field, { time, atMs })))
    .join('');
}

/**
 * The moment that a dated ending stands for, to order old logs by; undefined when the text is none of this format.
 * The text has to fit completely.
 */
export function parseDateSuffix(format: string, text: string): number | undefined {
  const fields: Partial<Record<string, string>> = {};
  let at = 0;
  for (const piece of piecesOf(format)) {
    if ('text' in piece) {
      if (!text.startsWith(piece.text, at)) return undefined;
      at += piece.text.length;
    } else {
      const width = WIDTHS[piece.field] ?? 0;
      const value = text.slice(at, at + width);
      if (!(piece.field === 'z' ? /^[+-]\d{4}$/ : /^\d+$/).test(value) || value.length !== width) return undefined;
      fields[piece.field] ??= value;
      at += width;
    }
  }
  return at === text.length ? momentOf(fields) : undefined;
}

function piecesOf(format: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < format.length; at++) {
    const next = format[at + 1] ?? '';
    if (format[at] === '%' && Object.hasOwn(WIDTHS, next)) {
      pieces.push({ field: next });
      at += 1;
    } else {
      pieces.push({ text: format[at] ?? '' });
    }
  }
  return pieces;
}

function fieldValue(field: string, { time, atMs }: { time: CivilTime; atMs: number }): string {
  const weekday = weekdayOf(time);
  const yearStart = { ...time, month: 1, day: 1 };
  const dayOfYear = daysBetween(yearStart, time);
  switch (field) {
    case 'Y':
      return String(time.year).padStart(4, '0');
    case 'm':
      return two(time.month);
    case 'd':
      return two(time.day);
    case 'H':
      return two(time.hour);
    case 'M':
      return two(time.minute);
    case 'S':
      return two(time.second);
    case 's':
      return String(Math.floor(atMs / 1000));
    case 'y':
      return two(time.year % 100);
    case 'u':
      return String(weekday === 0 ? 7 : weekday);
    case 'w':
      return String(weekday);
    case 'j':
      return String(dayOfYear + 1).padStart(3, '0');
    case 'U':
      return two(Math.floor((dayOfYear + 7 - weekday) / 7));
    case 'W':
      return two(Math.floor((dayOfYear + 7 - ((weekday + 6) % 7)) / 7));
    case 'V':
      return two(isoWeek(time).week);
    case 'G':
      return String(isoWeek(time).year);
    case 'g':
      return two(isoWeek(time).year % 100);
    case 'z':
      return zone(atMs);
    default:
      return `%${field}`;
  }
}

/** The week that holds the Thursday nearest to the date, and that week's year. */
function isoWeek(time: CivilTime): { year: number; week: number } {
  const thursday = new Date(Date.UTC(time.year, time.month - 1, time.day + 4 - (weekdayOf(time) || 7)));
  const year = thursday.getUTCFullYear();
  return { year, week: 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000)) };
}

function zone(atMs: number): string {
  const minutes = -new Date(atMs).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

function momentOf(fields: Partial<Record<string, string>>): number {
  const number = (name: string, fallback: number): number =>
    fields[name] === undefined ? fallback : Number(fields[name]);
  if (fields['s'] !== undefined) return Number(fields['s']) * 1000;
  const year = number('Y', number('G', 2000 + number('y', number('g', 0))));
  const weekday = number('u', number('w', 0));
  const week = number('V', number('U', number('W', 0)));
  const day = number('d', fields['j'] === undefined ? 1 + week * 7 + weekday : number('j', 1));
  const time = {
    year,
    month: number('m', 1),
    day,
    hour: number('H', 0),
    minute: number('M', 0),
    second: number('S', 0),
  };
  return toEpochMs(time);
}
