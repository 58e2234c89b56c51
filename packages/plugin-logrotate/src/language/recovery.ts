import type { Cursor } from './cursor.ts';
import { DIRECTIVES } from './directives.ts';
import { readScript } from './script.ts';

/**
 * Moves behind the closing brace of a block that cannot be used. Braces in comment lines and in scripts do not count.
 * Ends at the end of the text when there is no brace.
 */
export function skipBlock(cursor: Cursor): void {
  for (let isLineStart = false; !cursor.isAtEnd; isLineStart = true) {
    cursor.skipBlanks();
    if (isLineStart && cursor.peek() === '#') {
      cursor.restOfLine();
      continue;
    }
    if (isLineStart && DIRECTIVES[cursor.word()]?.takes === 'script') {
      readScript(cursor);
      continue;
    }
    if (skipToBrace(cursor)) return;
  }
}

/** True when the brace stood on this line; otherwise the line is passed. */
function skipToBrace(cursor: Cursor): boolean {
  const mark = cursor.mark();
  const brace = cursor.restOfLine().indexOf('}');
  if (brace < 0) return false;
  cursor.rewind({ position: mark.position + brace + 1, line: mark.line });
  return true;
}
