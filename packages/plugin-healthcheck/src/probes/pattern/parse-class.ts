import { type CharTest, ESCAPED_CHARS, ESCAPED_SETS, not, PatternError, POSIX_SETS } from './syntax.ts';

/** Reads a bracket expression whose `[` stands at `at`. Returns its test and the offset behind the `]`. */
export function parseClass(source: string, at: number): { test: CharTest; end: number } {
  let position = at + 1;
  const negated = source[position] === '^';
  if (negated) position++;
  const first = position;
  const tests: CharTest[] = [];
  while (position < source.length && (source[position] !== ']' || position === first)) {
    const item = parseItem(source, position);
    position = item.end;
    const isRange =
      item.unit !== undefined &&
      source[position] === '-' &&
      source[position + 1] !== ']' &&
      position + 1 < source.length;
    if (!isRange) {
      tests.push(item.test);
      continue;
    }
    const upper = parseItem(source, position + 1);
    tests.push(range(item.unit ?? 0, upper.unit, position));
    position = upper.end;
  }
  if (position >= source.length) throw new PatternError('a "[" is never closed', at);
  const test: CharTest = (unit) => tests.some((one) => one(unit));
  return { test: negated ? not(test) : test, end: position + 1 };
}

interface ClassItem {
  readonly test: CharTest;
  /** The unit itself, when the item is a single one. */
  readonly unit?: number;
  readonly end: number;
}

function parseItem(source: string, at: number): ClassItem {
  const posix = /^\[:(\w+):\]/.exec(source.slice(at, at + 12));
  if (posix !== null) {
    const test = POSIX_SETS[posix[1] ?? ''];
    if (test === undefined) throw new PatternError(`there is no class [:${posix[1]}:]`, at);
    return { test, end: at + posix[0].length };
  }
  if (source[at] !== '\\') return single(source.charCodeAt(at), at + 1);
  const letter = source[at + 1];
  if (letter === undefined) throw new PatternError('it ends with a lone backslash', at);
  const test = ESCAPED_SETS[letter];
  return test === undefined ? single(ESCAPED_CHARS[letter] ?? letter.charCodeAt(0), at + 2) : { test, end: at + 2 };
}

function single(unit: number, end: number): ClassItem {
  return { test: (other) => other === unit, unit, end };
}

function range(from: number, to: number | undefined, at: number): CharTest {
  if (to === undefined || to < from) throw new PatternError('a range in brackets runs backwards', at);
  return (unit) => unit >= from && unit <= to;
}
