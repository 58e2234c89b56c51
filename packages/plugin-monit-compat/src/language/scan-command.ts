import { makeToken, type ScanState } from './scanner.ts';
import type { Token } from './token.ts';

/**
 * Reads `start program = "…"` and its relatives: the text up to the closing double quote split on blanks, a part in
 * single quotes is one argument, a backslash escape is translated, nothing else is special (no shell, no globbing).
 */
export function scanCommand(key: string): (state: ScanState, match: RegExpExecArray) => Token {
  return (state, match) => {
    const from = state.at;
    state.at += match[0].length;
    const { text } = state.source;
    const close = text.indexOf('"', state.at + 1);
    const end = close === -1 ? text.length : close;
    const items = splitArguments(text.slice(state.at + 1, end));
    state.at = Math.min(end + 1, text.length);
    return makeToken(state, 'command', from, { key, items });
  };
}

/** Splits the inside of a quoted command into its arguments. */
export function splitArguments(text: string): string[] {
  const items: string[] = [];
  for (const match of text.matchAll(/'([^']*)(?:'|$)|[^\s']+/g)) items.push(unescape(match[1] ?? match[0]));
  return items;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['e', '\u001B'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
]);

/** Translates backslash escapes; an unknown one stays as it is. */
export function unescape(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})|\\(.)/gi, (all, hex: string | undefined, letter: string | undefined) =>
    hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : (ESCAPES.get(letter ?? '') ?? all),
  );
}
