const NEWLINE = 10;
/** Four newlines, and what finds one among four bytes: https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord */
const NEWLINES = 0x0a0a0a0a;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080;
/** Up to so many bytes of a line are looked at by four; of what is longer than that, native code finds the end faster. */
const SHORT_LINE = 128;

/** Puts the time before each line: `2026-11-20T10:58:26.169Z `. */
export class Stamper {
  readonly #wallMs: () => number;
  /** One for each, grown to what a chunk needs: the result is only valid until the next call. */
  #scratch: Buffer = Buffer.allocUnsafeSlow(0);
  #view: DataView = new DataView(this.#scratch.buffer);
  #stamp: Stamp = { length: 0, words: [] };
  #stampedMs = NaN;
  #isLineStart = true;

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  /** One loop over local values: calls and fields of the object in it cost half of the speed. */
  add(chunk: Uint8Array): Uint8Array {
    const size = chunk.length;
    const source = Buffer.from(chunk.buffer, chunk.byteOffset, size);
    const from = new DataView(chunk.buffer, chunk.byteOffset, size);
    const { words, length: stampLength } = this.#current();
    let into = this.#view;
    let length = 0;
    let at = 0;
    while (at < size) {
      // What is left, a stamp, and what is written over an end by fours.
      const needed = length + size - at + stampLength + 8;
      if (needed > into.byteLength) into = this.#grow(needed * 2, length);
      if (this.#isLineStart) {
        for (let index = 0; index < words.length; index++) into.setInt32(length + index * 4, words[index] ?? 0, true);
        length += stampLength;
      }
      let hit = 0;
      for (const stop = Math.min(size - 4, at + SHORT_LINE); at <= stop && hit === 0; at += 4, length += 4) {
        const word = from.getInt32(at, true);
        into.setInt32(length, word, true);
        const marked = word ^ NEWLINES;
        hit = (marked - ONES) & ~marked & HIGH_BITS;
      }
      if (hit !== 0) {
        // Of the last four bytes those behind the newline belong to the next line.
        const surplus = Math.clz32(hit & -hit) >> 3;
        at -= surplus;
        length -= surplus;
      } else if (at < size) {
        const end = source.indexOf(NEWLINE, at) + 1 || size;
        length += source.copy(this.#scratch, length, at, end);
        at = end;
      }
      this.#isLineStart = hit !== 0 || chunk[at - 1] === NEWLINE;
    }
    return this.#scratch.subarray(0, length);
  }

  #current(): Stamp {
    const nowMs = this.#wallMs();
    if (nowMs !== this.#stampedMs) {
      this.#stampedMs = nowMs;
      this.#stamp = stampOf(`${new Date(nowMs).toISOString()} `);
    }
    return this.#stamp;
  }

  #grow(bytes: number, kept: number): DataView {
    const larger = Buffer.allocUnsafeSlow(bytes);
    this.#scratch.copy(larger, 0, 0, kept);
    this.#scratch = larger;
    this.#view = new DataView(larger.buffer);
    return this.#view;
  }
}

/** Text as numbers of four bytes; what the last one has too many is written over by the line. */
interface Stamp {
  readonly length: number;
  readonly words: readonly number[];
}

function stampOf(text: string): Stamp {
  const bytes = Buffer.alloc(Math.ceil(text.length / 4) * 4);
  bytes.write(text, 'latin1');
  return {
    length: text.length,
    words: Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt32LE(index * 4)),
  };
}
