/** What one probe reads at most. */
export const MOST_READ_BYTES: number = 64 * 1024;

/** Bytes received and not consumed yet, in one growing buffer, so that an answer of single bytes costs no copies. */
export class Received {
  #buffer: Buffer = Buffer.allocUnsafe(1024);
  #start = 0;
  #end = 0;
  #total = 0;

  /** Takes a chunk in. False when the limit is passed: what is beyond it is dropped. */
  push(chunk: Buffer): boolean {
    const room = MOST_READ_BYTES - this.#total;
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
    if (this.#end + kept.length > this.#buffer.length) this.#grow(kept.length);
    kept.copy(this.#buffer, this.#end);
    this.#end += kept.length;
    this.#total += kept.length;
    return kept.length === chunk.length;
  }

  /** A view of what is there; valid until the next push. */
  peek(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Removes bytes from the front and returns a copy of them. */
  take(count: number): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(this.#start, this.#start + count));
    this.#start = Math.min(this.#end, this.#start + count);
    return taken;
  }

  #grow(more: number): void {
    const pending = this.peek();
    const next = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, pending.length + more));
    pending.copy(next);
    this.#buffer = next;
    this.#end = pending.length;
    this.#start = 0;
  }
}
