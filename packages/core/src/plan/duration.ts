/** Text form of a duration: days, hours, minutes, seconds and milliseconds in this order, each at most once, or seconds alone. */
export const DURATION_PATTERN: RegExp =
  /^\s*(?:(\d+(?:\.\d+)?)|(?=\d)(?:(\d+(?:\.\d+)?)d)?\s*(?:(\d+(?:\.\d+)?)h)?\s*(?:(\d+(?:\.\d+)?)m(?!s))?\s*(?:(\d+(?:\.\d+)?)s)?\s*(?:(\d+(?:\.\d+)?)ms)?)\s*$/;

const UNIT_MS = [1000, 86_400_000, 3_600_000, 60_000, 1000, 1];

/**
 * Milliseconds of a duration: a number is seconds, a text is such as `"5s"`, `"2m"`, `"1h30m"` or `"500ms"`.
 * Undefined when it is neither, negative, or beyond what a number holds exactly. Rounded to whole milliseconds.
 */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return inRange(value * 1000);
  if (typeof value !== 'string') return undefined;
  const parts = DURATION_PATTERN.exec(value);
  if (parts === null) return undefined;
  return inRange(UNIT_MS.reduce((total, unitMs, index) => total + Number(parts[index + 1] ?? 0) * unitMs, 0));
}

/** A duration as people write it, and as {@link parseDuration} reads it: `500ms`, `2s`, `1m30s`, `1.5s`. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = (whole % 60_000) / 1000;
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds > 0 ? `${seconds}s` : ''}`;
}

function inRange(ms: number): number | undefined {
  const rounded = Math.round(ms);
  return rounded >= 0 && rounded <= Number.MAX_SAFE_INTEGER ? Math.abs(rounded) : undefined;
}
