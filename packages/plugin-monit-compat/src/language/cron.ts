/** Five fields of a schedule. Each is a list of closed ranges; `undefined` stands for `*`. */
export interface CronSpec {
  readonly text: string;
  readonly fields: readonly (readonly CronRange[] | undefined)[];
}

interface CronRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

const BOUNDS: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];

export type CronResult =
  | { readonly ok: true; readonly spec: CronSpec; readonly newer: boolean }
  | { readonly ok: false; readonly why: string };

/**
 * Reads the five fields of `every "…"`. The reference program knows digits, `*`, `-` and `,` and checks no range;
 * steps (a star, a slash and a number) are newer and reported through `newer`.
 */
export function parseCron(text: string): CronResult {
  const words = text.trim().split(/\s+/);
  if (words.length !== 5) return { ok: false, why: `five fields are needed, "${text}" has ${words.length}` };
  const fields: (readonly CronRange[] | undefined)[] = [];
  let newer = false;
  for (const [index, word] of words.entries()) {
    if (!/^[0-9*,\-/]+$/.test(word))
      return { ok: false, why: `"${word}" is not a cron field (digits, * - and , only)` };
    newer ||= word.includes('/');
    fields.push(parseField(word, BOUNDS[index] ?? [0, 59]));
  }
  return { ok: true, spec: { text: words.join(' '), fields }, newer };
}

/** True when the wall-clock time lies in a minute that the schedule names. */
export function cronMatches(spec: CronSpec, time: Date): boolean {
  const values = [time.getMinutes(), time.getHours(), time.getDate(), time.getMonth() + 1, time.getDay()];
  return spec.fields.every((ranges, index) => {
    if (ranges === undefined) return true;
    const value = values[index] ?? 0;
    if (ranges.some((range) => inRange(range, value))) return true;
    return index === 4 && value === 0 && ranges.some((range) => inRange(range, 7));
  });
}

function inRange({ from, to, step }: CronRange, value: number): boolean {
  return value >= from && value <= to && (value - from) % step === 0;
}

function parseField(word: string, [low, high]: readonly [number, number]): CronRange[] | undefined {
  const ranges: CronRange[] = [];
  for (const part of word.split(',')) {
    const [span = '', stepText] = part.split('/');
    const step = Math.max(1, Number.parseInt(stepText ?? '1', 10) || 1);
    if (span.includes('*')) {
      if (step === 1) return undefined;
      ranges.push({ from: low, to: high, step });
      continue;
    }
    const match = /^(\d+)(?:-(\d+))?/.exec(span);
    if (match === null) continue;
    const from = Number(match[1]);
    ranges.push({ from, to: match[2] === undefined ? from : Number(match[2]), step });
  }
  return ranges;
}
