/**
 * Colours, which stay; then what goes: other control sequences, strings for the terminal (titles, clipboard) up to their end or that of the
 * line, other escapes, single control characters but tab and newline. ECMA-48, in its forms of one and of two characters.
 */
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- that is what it is for
  /(\x1b\[[\d;:]*m)|(?:\x1b\[|\x9b)[ -?]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?|[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Lines of a log for a terminal: whoever wrote them must not move its cursor, rename its window or make it answer. */
export function forTerminal(lines: Uint8Array): Uint8Array {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.length).toString('utf8');
  return Buffer.from(text.replace(CONTROL, '$1'));
}
