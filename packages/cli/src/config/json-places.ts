import { PlaceIndex, type Places, positionAt } from './position.ts';

/** Where everything of a JSON text stands. Throws when it is not valid. */
export function jsonPlaces(text: string): Places {
  const index = new PlaceIndex();
  readValue({ text, index }, { at: 0, path: [] });
  return index;
}

interface Reading {
  readonly text: string;
  readonly index: PlaceIndex;
}

interface Spot {
  readonly at: number;
  readonly path: readonly (string | number)[];
}

/** Notes a value and everything in it; returns the offset after it. */
function readValue(reading: Reading, { at, path }: Spot): number {
  const { text, index } = reading;
  const begin = afterBlanks(text, at);
  index.add(path, { value: positionAt(text, begin) });
  const char = text.charAt(begin);
  if (char === '{') return readObject(reading, { at: begin + 1, path });
  if (char === '[') return readArray(reading, { at: begin + 1, path });
  return endOf(text, begin, char === '"' ? STRING : SCALAR);
}

function readObject(reading: Reading, { at, path }: Spot): number {
  const { text, index } = reading;
  let next = afterBlanks(text, at);
  while (text.charAt(next) !== '}') {
    const end = endOf(text, next, STRING);
    const key: unknown = JSON.parse(text.slice(next, end));
    const inner = [...path, String(key)];
    index.add(inner, { key: positionAt(text, next) });
    next = readValue(reading, { at: afterBlanks(text, end) + 1, path: inner });
    next = afterComma(text, next);
  }
  return next + 1;
}

function readArray(reading: Reading, { at, path }: Spot): number {
  const { text } = reading;
  let next = afterBlanks(text, at);
  for (let item = 0; text.charAt(next) !== ']'; item++) {
    next = afterComma(text, readValue(reading, { at: next, path: [...path, item] }));
  }
  return next + 1;
}

const BLANKS = /[\s\uFEFF]*/y;
const STRING = /"(?:[^"\\]|\\[^])*"/y;
const SCALAR = /[-+.\w]+/y;

function afterBlanks(text: string, at: number): number {
  return endOf(text, at, BLANKS);
}

function afterComma(text: string, at: number): number {
  const next = afterBlanks(text, at);
  return text.charAt(next) === ',' ? afterBlanks(text, next + 1) : next;
}

function endOf(text: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  if (!pattern.test(text)) throw new SyntaxError(`not valid JSON at ${at}`);
  return pattern.lastIndex;
}
