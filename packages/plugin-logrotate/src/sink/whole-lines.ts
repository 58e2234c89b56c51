const NEWLINE = 10;
/** A line that does not end is taken in pieces of this size. */
const LONGEST_LINE = 256 * 1024;

/** Cuts a stream of chunks into whole lines; the beginning of a line waits for its end. */
export class WholeLines {
  #head: Buffer = Buffer.alloc(0);

  /** The whole lines, with their newlines; empty when there is none yet. Only valid until the chunk is not any more. */
  add(chunk: Uint8Array): Uint8Array {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0 && this.#head.length + chunk.length < LONGEST_LINE) {
      this.#head = Buffer.concat([this.#head, chunk]);
      return chunk.subarray(0, 0);
    }
    const cut = end === 0 ? chunk.length : end;
    const lines =
      this.#head.length === 0 ? chunk.subarray(0, cut) : Buffer.concat([this.#head, chunk.subarray(0, cut)]);
    this.#head = Buffer.from(chunk.subarray(cut));
    return lines;
  }

  /** What waits for its end. */
  rest(): Uint8Array {
    const head = this.#head;
    this.#head = Buffer.alloc(0);
    return head;
  }
}
