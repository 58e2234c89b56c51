import type { Cursor } from './cursor.ts';

const END = 'endscript';

/**
 * The lines of a script up to the line that starts with `endscript`; what stands behind the opening word on its line is
 * no part of it. Undefined when the end never comes.
 */
export function readScript(cursor: Cursor): string | undefined {
  cursor.restOfLine();
  const start = cursor.position;
  while (!cursor.isAtEnd) {
    const lineStart = cursor.position;
    cursor.skipBlanks();
    if (cursor.word() === END && !/[0-9_]/.test(cursor.peek())) {
      if (cursor.peek() === ';') cursor.skip();
      return cursor.text.slice(start, lineStart);
    }
    cursor.restOfLine();
  }
  return undefined;
}
