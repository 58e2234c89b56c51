import type { MemoryBudget } from './memory-budget.ts';

/** What could not be written yet, oldest first, within a budget; beyond it bytes are dropped and counted. */
export class HeldBytes {
  readonly #budget: MemoryBudget;
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(budget: MemoryBudget, limit: number) {
    this.#budget = budget;
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0 && this.#dropped === 0;
  }

  /** Bytes that were dropped since the last notice was written. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Copies the chunk. Once something was dropped, everything after it is too, until that has been written down. */
  hold(chunk: Uint8Array): void {
    const fits = this.#dropped === 0 && this.#bytes + chunk.length <= this.#limit && this.#budget.take(chunk.length);
    if (!fits) {
      this.#dropped += chunk.length;
      return;
    }
    this.#bytes += chunk.length;
    // Not `slice`, which copies for a Uint8Array and shares for a Buffer.
    this.#chunks.push(new Uint8Array(chunk));
  }

  /** Writes as much as `write` takes, the notice about dropped bytes last. Stops at the first short write. */
  flush(write: (chunk: Uint8Array) => number): void {
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const written = write(chunk);
      this.#forget(written);
      if (written < chunk.length) {
        this.#chunks[0] = chunk.subarray(written);
        return;
      }
      this.#chunks.shift();
    }
    if (this.#dropped === 0) return;
    const notice = Buffer.from(`\n${this.#dropped} bytes dropped\n`);
    const written = write(notice);
    if (written === 0) return;
    this.#dropped = 0;
    const rest = notice.subarray(written);
    if (rest.length > 0) this.hold(rest);
  }

  /** Gives everything up. */
  clear(): void {
    this.#forget(this.#bytes);
    this.#chunks.length = 0;
    this.#dropped = 0;
  }

  #forget(bytes: number): void {
    this.#bytes -= bytes;
    this.#budget.give(bytes);
  }
}
