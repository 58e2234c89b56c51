/** Text form of a size: a number, and a unit with or without `B` or `iB`, in any case. */
const SIZE_PATTERN: RegExp = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])(?:i?b)?|b)?\s*$/i;

const POWERS = { k: 1, m: 2, g: 3, t: 4 } as const;

/**
 * Bytes of a size: a number is bytes, a text is such as `"10M"`, `"10MiB"`, `"2GiB"` or `"512 KB"`. Every unit is a
 * power of 1024, as logrotate and monit read them. Undefined when it is neither, or beyond what a number holds exactly.
 */
export function parseSize(value: unknown): number | undefined {
  if (typeof value === 'number') return inRange(value);
  if (typeof value !== 'string') return undefined;
  const parts = SIZE_PATTERN.exec(value);
  if (parts === null) return undefined;
  const unit = parts[2]?.toLowerCase();
  return inRange(Number(parts[1]) * 1024 ** (isUnit(unit) ? POWERS[unit] : 0));
}

function isUnit(text: string | undefined): text is keyof typeof POWERS {
  return text !== undefined && Object.hasOwn(POWERS, text);
}

function inRange(bytes: number): number | undefined {
  const rounded = Math.round(bytes);
  return rounded >= 0 && rounded <= Number.MAX_SAFE_INTEGER ? Math.abs(rounded) : undefined;
}
