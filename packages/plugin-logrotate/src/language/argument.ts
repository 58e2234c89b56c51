import { type Cursor, isBlank } from './cursor.ts';

/** The rest of the line behind an optional `=`, without blanks around it. Empty when there is none. */
export function readValue(cursor: Cursor): string {
  return stripSeparator(cursor.restOfLine()).trimEnd();
}

/** A number that is all the rest of the line; nothing but blanks is passed when something else stands there. */
export function readCount(cursor: Cursor): number | undefined {
  const before = cursor.mark();
  const value = readValue(cursor);
  if (/^\d{1,9}$/.test(value)) return Number(value);
  cursor.rewind(before);
  skipSpace(cursor);
  return undefined;
}

/** Passes white space up to the end of the line. */
export function skipSpace(cursor: Cursor): void {
  while (isBlank(cursor.peek()) || /[\r\v\f]/.test(cursor.peek())) cursor.skip();
}

/** Values are set off by blanks, one `=`, or both. */
export function stripSeparator(rest: string): string {
  return rest.replace(/^[ \t]*=?[ \t]*/, '');
}
