/** The words of a command line, or why it has none. */
export type Words =
  | { readonly words: readonly string[]; readonly error?: undefined }
  | { readonly words?: undefined; readonly error: string };

/**
 * Splits a command line into words as a POSIX shell does before it expands anything: blanks separate, quotes and
 * backslashes join. Nothing is expanded and nothing is special besides (no pipes, no globs, no variables): `|`, `*` and `;` are
 * ordinary characters. A `${…}` outside single quotes stays in one word whatever it contains, for `interpolate`.
 */
export function splitWords(line: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < line.length) {
    const char = line.charAt(at);
    if (BLANK.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
      continue;
    }
    const piece = readPiece(line, at);
    if ('error' in piece) return piece;
    word = (word ?? '') + piece.text;
    at = piece.end;
  }
  if (word !== undefined) words.push(word);
  return { words };
}

const BLANK = /[ \t\r\n]/;

type Piece = { readonly text: string; readonly end: number } | { readonly error: string };

function readPiece(line: string, at: number): Piece {
  const char = line.charAt(at);
  if (char === "'") return singleQuoted(line, at);
  if (char === '"') return doubleQuoted(line, at);
  if (char === '\\') return escaped(line, at);
  if (line.startsWith('${', at)) return reference(line, at);
  return { text: char, end: at + 1 };
}

function singleQuoted(line: string, at: number): Piece {
  const end = line.indexOf("'", at + 1);
  if (end === -1) return { error: `the single quote at position ${at + 1} is never closed` };
  return { text: line.slice(at + 1, end), end: end + 1 };
}

function doubleQuoted(line: string, start: number): Piece {
  let text = '';
  let at = start + 1;
  while (at < line.length) {
    const char = line.charAt(at);
    if (char === '"') return { text, end: at + 1 };
    if (char === '\\' && at + 1 < line.length) {
      const next = line.charAt(at + 1);
      // Inside double quotes a backslash only escapes these (POSIX shell, 2.2.3); else it is itself.
      text += '"\\$`'.includes(next) ? next : next === '\n' ? '' : `\\${next}`;
      at += 2;
    } else if (line.startsWith('${', at)) {
      const piece = reference(line, at);
      if ('error' in piece) return piece;
      text += piece.text;
      at = piece.end;
    } else {
      text += char;
      at += 1;
    }
  }
  return { error: `the double quote at position ${start + 1} is never closed` };
}

function escaped(line: string, at: number): Piece {
  if (at + 1 >= line.length) return { error: 'the backslash at the end escapes nothing' };
  const next = line.charAt(at + 1);
  return { text: next === '\n' ? '' : next, end: at + 2 };
}

function reference(line: string, at: number): Piece {
  const end = endOfReference(line, at);
  if (end === -1) return { error: `the \${ at position ${at + 1} is never closed` };
  return { text: line.slice(at, end), end };
}

/** Position after the `}` that closes the `${` at `at`, references inside it counted; -1 when there is none. */
export function endOfReference(text: string, at: number): number {
  let depth = 0;
  let position = at;
  while (position < text.length) {
    if (text.startsWith('$$', position)) position += 2;
    else if (text.startsWith('${', position)) {
      depth += 1;
      position += 2;
    } else if (text.charAt(position) === '}') {
      depth -= 1;
      position += 1;
      if (depth === 0) return position;
    } else position += 1;
  }
  return -1;
}
