import { splitWords } from '../names/quoting.ts';
import type { Cursor } from './cursor.ts';

/** The names before a brace: as words, and as the text that scripts and messages get. */
export type BlockNames = { readonly words: readonly string[]; readonly pattern: string } | { readonly problem: string };

/** Reads names up to and including the opening brace. Comment lines between them are left out. */
export function readNames(cursor: Cursor): BlockNames {
  let pattern = '';
  let isLineStart = false;
  for (;;) {
    const character = cursor.peek();
    if (cursor.isAtEnd) return { problem: "missing '{' after log files definition" };
    if (character === '}') return { problem: "unexpected } (missing previous '{')" };
    if (character === '{') break;
    if (isLineStart && character === '#') {
      cursor.restOfLine();
      continue;
    }
    pattern += character;
    isLineStart = character === '\n' || (isLineStart && /[ \t]/.test(character));
    cursor.skip();
  }
  cursor.skip();
  const words = splitWords(pattern);
  return words === undefined ? { problem: 'error parsing filename' } : { words, pattern: pattern.trimEnd() };
}
