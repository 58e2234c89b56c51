const NEWLINE = 10;
/** A line that does not end is shown in pieces of this size. */
const LONGEST = 64 * 1024;

/** Puts bytes that come in pieces together to whole lines, for each source on its own. Bytes stay bytes. */
export class Lines {
  readonly #carry = new Map<string, Buffer>();

  /** The lines that are complete with this piece, newlines included. */
  add(source: string, piece: Buffer): Buffer {
    const before = this.#carry.get(source);
    const bytes = before === undefined ? piece : Buffer.concat([before, piece]);
    const end = bytes.length > LONGEST ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
    if (end === bytes.length) this.#carry.delete(source);
    // Copied: the piece may be part of a large buffer that should not live on for its tail.
    else this.#carry.set(source, Buffer.from(bytes.subarray(end)));
    return bytes.subarray(0, end);
  }

  /** What is left without a newline, by source. */
  rest(): readonly (readonly [source: string, bytes: Buffer])[] {
    const rest = [...this.#carry];
    this.#carry.clear();
    return rest;
  }
}

/** The same bytes with a prefix before each line and a newline at the end. */
export function prefixed(lines: Buffer, prefix: string): Buffer {
  const mark = Buffer.from(prefix);
  const parts: Buffer[] = [];
  for (let start = 0; start < lines.length;) {
    const newline = lines.indexOf(NEWLINE, start);
    const end = newline === -1 ? lines.length : newline + 1;
    parts.push(mark, lines.subarray(start, end));
    if (newline === -1) parts.push(Buffer.of(NEWLINE));
    start = end;
  }
  return Buffer.concat(parts);
}
