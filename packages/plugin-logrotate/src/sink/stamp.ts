const NEWLINE = 10;

/** Puts the time before each line: `2026-11-20T10:58:26.169Z `. */
export class Stamper {
  readonly #wallMs: () => number;
  /** One for each, grown to what a chunk needs: the result is only valid until the next call. */
  #scratch: Buffer = Buffer.allocUnsafeSlow(0);
  #stamp: Buffer = Buffer.alloc(0);
  #stampedMs = NaN;
  #isLineStart = true;

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  add(chunk: Uint8Array): Uint8Array {
    if (chunk.length === 0) return chunk;
    const stamp = this.#current();
    // The typed view of the same bytes: its `indexOf` and `copy` are the fast ones.
    const source = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let out = this.#room(source.length * 2 + stamp.length);
    let length = 0;
    for (let at = 0; at < source.length;) {
      const end = source.indexOf(NEWLINE, at);
      const next = end === -1 ? source.length : end + 1;
      const needed = length + stamp.length + next - at;
      if (needed > out.length) out = this.#room(Math.max(needed, out.length * 2), out.subarray(0, length));
      if (this.#isLineStart) {
        out.set(stamp, length);
        length += stamp.length;
      }
      source.copy(out, length, at, next);
      length += next - at;
      at = next;
      this.#isLineStart = end !== -1;
    }
    return out.subarray(0, length);
  }

  #current(): Buffer {
    const nowMs = this.#wallMs();
    if (nowMs !== this.#stampedMs) {
      this.#stampedMs = nowMs;
      this.#stamp = Buffer.from(`${new Date(nowMs).toISOString()} `);
    }
    return this.#stamp;
  }

  #room(bytes: number, keep?: Uint8Array): Buffer {
    if (this.#scratch.length >= bytes) return this.#scratch;
    const larger = Buffer.allocUnsafeSlow(bytes);
    if (keep !== undefined) larger.set(keep);
    this.#scratch = larger;
    return larger;
  }
}
