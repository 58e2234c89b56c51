const NEWLINE = 10;

/** The last `count` lines of a text in bytes; an unfinished last line counts as one. */
export function lastLines(bytes: Uint8Array, count: number): Uint8Array {
  if (count === 0) return bytes.subarray(bytes.length);
  let position = bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length;
  for (let found = 0; found < count; found++) {
    position = position === 0 ? -1 : bytes.lastIndexOf(NEWLINE, position - 1);
    if (position === -1) return bytes;
  }
  return bytes.subarray(position + 1);
}
