const NEWLINE = 10;

/** All logs together hold at most this much: a hundred services on one full disk must not need a hundred times the memory. */
const LIMIT = 8 * 1024 * 1024;
let heldByAll = 0;

/**
 * What could not be written yet, oldest first. What exceeds the limit is dropped by whole lines and counted, until all that is
 * held and a notice about the loss have been written.
 */
export class HeldBytes {
  readonly #chunks: Uint8Array[] = [];
  #droppedBytes = 0;
  #droppedLines = 0;
  /** The head of a line was dropped, so its rest goes too. */
  #isInDroppedLine = false;
  #endsLine = true;

  get isEmpty(): boolean {
    return this.#chunks.length === 0 && this.#droppedBytes === 0;
  }

  /** Copies the chunk. `endsLine` says whether what was written before it ended with a newline. */
  hold(chunk: Uint8Array, endsLine: boolean): void {
    if (this.#chunks.length === 0) this.#endsLine = endsLine;
    let rest = chunk;
    if (this.#droppedBytes === 0 && heldByAll < LIMIT) {
      const room = LIMIT - heldByAll;
      const fits = rest.length <= room ? rest.length : rest.lastIndexOf(NEWLINE, room - 1) + 1;
      this.#keep(rest.subarray(0, fits));
      rest = rest.subarray(fits);
    }
    if (rest.length > 0) this.#drop(rest);
  }

  /** What of a chunk is whole lines again after a loss; everything when there was none. */
  afterLoss(chunk: Uint8Array): Uint8Array {
    if (!this.#isInDroppedLine) return chunk;
    const end = chunk.indexOf(NEWLINE);
    if (end === -1) return chunk.subarray(chunk.length);
    this.#isInDroppedLine = false;
    return chunk.subarray(end + 1);
  }

  /** Writes as much as `write` takes, the notice last. Stops at the first short write. Returns the lines that were dropped. */
  flush(write: (chunk: Uint8Array) => number): number {
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const written = write(chunk);
      heldByAll -= written;
      if (written < chunk.length) {
        this.#chunks[0] = chunk.subarray(written);
        return 0;
      }
      this.#chunks.shift();
    }
    const dropped = this.#droppedLines;
    if (this.#droppedBytes === 0) return 0;
    const notice = `${this.#endsLine ? '' : '\n'}${dropped} lines dropped (${this.#droppedBytes} bytes)\n`;
    const bytes = Buffer.from(notice);
    const written = write(bytes);
    if (written === 0) return 0;
    this.#droppedBytes = 0;
    this.#droppedLines = 0;
    if (written < bytes.length) this.#keep(bytes.subarray(written));
    this.#endsLine = true;
    return dropped;
  }

  /** Gives everything up. */
  clear(): void {
    for (const { length } of this.#chunks.splice(0)) heldByAll -= length;
    this.#droppedBytes = 0;
    this.#droppedLines = 0;
  }

  #keep(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    heldByAll += chunk.length;
    this.#endsLine = chunk.at(-1) === NEWLINE;
    // Not `slice`, which copies for a Uint8Array and shares for a Buffer.
    this.#chunks.push(new Uint8Array(chunk));
  }

  #drop(chunk: Uint8Array): void {
    this.#droppedBytes += chunk.length;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) this.#droppedLines++;
    this.#isInDroppedLine = chunk.at(-1) !== NEWLINE;
  }
}
