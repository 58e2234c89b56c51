import { parseClass } from './parse-class.ts';
import { anyButNewline, ESCAPED_CHARS, ESCAPED_SETS, type Node, PatternError } from './syntax.ts';

const MOST_REPEATS = 100;
const MOST_DEPTH = 50;

/** Reads the source of a pattern. Throws a `PatternError` at the first fault, and at what cannot be matched in linear time. */
export function parsePattern(source: string): Node {
  const reader = { source, at: 0, depth: 0 };
  const node = choice(reader);
  if (reader.at < source.length) throw new PatternError('a ")" has no "("', reader.at);
  return node;
}

interface Reader {
  readonly source: string;
  at: number;
  depth: number;
}

function choice(reader: Reader): Node {
  if (++reader.depth > MOST_DEPTH) throw new PatternError('its groups are nested too deep', reader.at);
  const parts = [sequence(reader)];
  while (reader.source[reader.at] === '|') {
    reader.at++;
    parts.push(sequence(reader));
  }
  reader.depth--;
  return { kind: 'choice', parts };
}

function sequence(reader: Reader): Node {
  const parts: Node[] = [];
  for (;;) {
    const char = reader.source[reader.at];
    if (char === undefined || char === '|' || char === ')') return { kind: 'sequence', parts };
    parts.push(quantified(reader, atom(reader, char)));
  }
}

function quantified(reader: Reader, part: Node): Node {
  let node = part;
  for (;;) {
    const bounds = quantifier(reader);
    if (bounds === undefined) return node;
    // Greedy or lazy finds the same texts: only whether there is a match counts here.
    if (reader.source[reader.at] === '?') reader.at++;
    node = { kind: 'repeat', part: node, ...bounds };
  }
}

function quantifier(reader: Reader): { least: number; most: number } | undefined {
  const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})/.exec(reader.source.slice(reader.at, reader.at + 12));
  if (found === null) return undefined;
  const [whole, sign, from, comma, to] = found;
  const least = sign === undefined ? Number(from) : sign === '+' ? 1 : 0;
  const most =
    sign === undefined ? (comma === '' ? least : to === '' ? Infinity : Number(to)) : sign === '?' ? 1 : Infinity;
  if (most < least) throw new PatternError(`the repetition ${whole} runs backwards`, reader.at);
  if (least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS)) {
    throw new PatternError(`the repetition ${whole} is above ${MOST_REPEATS}`, reader.at);
  }
  reader.at += whole.length;
  return { least, most };
}

function atom(reader: Reader, char: string): Node {
  const at = reader.at++;
  switch (char) {
    case '.':
      return { kind: 'char', test: anyButNewline };
    case '^':
      return { kind: 'start' };
    case '$':
      return { kind: 'end' };
    case '(':
      return group(reader, at);
    case '[': {
      const { test, end } = parseClass(reader.source, at);
      reader.at = end;
      return { kind: 'char', test };
    }
    case '\\':
      return escaped(reader, at);
    case '*':
    case '+':
    case '?':
      throw new PatternError(`"${char}" repeats nothing`, at);
    default:
      return literal(char.charCodeAt(0));
  }
}

function group(reader: Reader, at: number): Node {
  const opening = reader.source.slice(reader.at, reader.at + 2);
  if (opening === '?:') reader.at += 2;
  else if (opening.startsWith('?'))
    throw new PatternError('look-around and named groups cannot be matched in linear time', at);
  const inner = choice(reader);
  if (reader.source[reader.at] !== ')') throw new PatternError('a "(" is never closed', at);
  reader.at++;
  return inner;
}

function escaped(reader: Reader, at: number): Node {
  const letter = reader.source[reader.at++];
  if (letter === undefined) throw new PatternError('it ends with a lone backslash', at);
  if (letter === 'b') return { kind: 'boundary' };
  if (letter === 'B') return { kind: 'inside' };
  if (/[1-9k]/.test(letter)) throw new PatternError('back-references cannot be matched in linear time', at);
  const test = ESCAPED_SETS[letter];
  return test === undefined ? literal(ESCAPED_CHARS[letter] ?? letter.charCodeAt(0)) : { kind: 'char', test };
}

function literal(unit: number): Node {
  return { kind: 'char', test: (other) => other === unit };
}
