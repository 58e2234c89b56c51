/** A set of characters: whether it holds the UTF-16 unit. */
export type CharTest = (unit: number) => boolean;

/** A parsed pattern. */
export type Node =
  | { readonly kind: 'char'; readonly test: CharTest }
  | { readonly kind: 'start' | 'end' | 'boundary' | 'inside' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number };

/** A pattern that cannot be used. `at` is the offset of the fault. */
export class PatternError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'PatternError';
    this.at = at;
  }
}

const isDigit: CharTest = (c) => c >= 48 && c <= 57;
const isLetter: CharTest = (c) => (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
const isWord: CharTest = (c) => isDigit(c) || isLetter(c) || c === 95;
const isSpace: CharTest = (c) => (c >= 9 && c <= 13) || c === 32 || c === 0xa0 || c === 0xfeff;
const isNewline: CharTest = (c) => c === 10 || c === 13;

/** What `\x` stands for, when it is a set. */
export const ESCAPED_SETS: Readonly<Record<string, CharTest>> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
};

/** What `\x` stands for, when it is one character that cannot be typed. */
export const ESCAPED_CHARS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 };

/** The POSIX classes, `[[:alpha:]]`. */
export const POSIX_SETS: Readonly<Record<string, CharTest>> = {
  alpha: isLetter,
  digit: isDigit,
  alnum: (c) => isLetter(c) || isDigit(c),
  upper: (c) => c >= 65 && c <= 90,
  lower: (c) => c >= 97 && c <= 122,
  space: isSpace,
  blank: (c) => c === 32 || c === 9,
  punct: (c) => c > 32 && c < 127 && !isLetter(c) && !isDigit(c),
  print: (c) => c >= 32 && c < 127,
  graph: (c) => c > 32 && c < 127,
  cntrl: (c) => c < 32 || c === 127,
  xdigit: (c) => isDigit(c) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102),
};

/** `.`: everything but a line's end. */
export const anyButNewline: CharTest = not(isNewline);

/** Whether a unit belongs to a word, for `\b`. */
export const isWordUnit: CharTest = isWord;

export function not(test: CharTest): CharTest {
  return (unit) => !test(unit);
}
