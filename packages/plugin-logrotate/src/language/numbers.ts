/**
 * A whole number as C's strtol reads it with base 0: `12`, `0x1f`, `017`, a sign, white space in front.
 * Undefined when anything else is left over.
 */
export function parseInteger(text: string): number | undefined {
  const match = /^\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hexadecimal, octal, decimal] = match;
  const value =
    hexadecimal !== undefined ? parseInt(hexadecimal, 16) : octal !== undefined ? parseInt(octal, 8) : Number(decimal);
  if (value > Number.MAX_SAFE_INTEGER) return undefined;
  return sign === '-' ? -value : value;
}

const UNITS: Readonly<Record<string, number>> = { k: 1024, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Bytes of a size such as `100`, `100k`, `10M`, `1G`, or what is wrong with it. */
export function parseSize(text: string): { readonly bytes: number } | { readonly problem: string } {
  const last = text.at(-1) ?? '';
  const hasUnit = !/[0-9]/.test(last);
  const factor = hasUnit ? UNITS[last] : 1;
  if (factor === undefined) return { problem: `unknown unit '${last}'` };
  const digits = hasUnit ? text.slice(0, -1) : text;
  const count = digits.startsWith('-') ? undefined : parseInteger(digits);
  const bytes = count === undefined ? undefined : count * factor;
  return bytes === undefined || bytes > Number.MAX_SAFE_INTEGER ? { problem: `bad size '${digits}'` } : { bytes };
}

/** A file mode in octal digits, undefined when it is none. Bits above 07777 are dropped. */
export function parseMode(text: string): number | undefined {
  return /^[0-7]{1,11}$/.test(text) ? parseInt(text, 8) & 0o7777 : undefined;
}
