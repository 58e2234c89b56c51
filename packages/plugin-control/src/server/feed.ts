/** Where a feed writes: the part of a server response that it needs. */
export interface FeedTarget {
  write(chunk: string | Uint8Array): boolean;
  end(): void;
}

/** What a slow reader may keep waiting, and what it reads in place of the rest. */
export interface FeedOptions {
  readonly limitBytes: number;
  /** The line that stands where something was dropped; gets the sum of the weights of the dropped pieces. */
  dropped(weight: number): string;
}

/**
 * Writes pieces to one reader without ever waiting for it. What the reader cannot take is kept up to a limit; from
 * there on pieces are dropped and counted until the reader has caught up, and a marker tells how much is missing.
 */
export class Feed {
  readonly #target: FeedTarget;
  readonly #options: FeedOptions;
  #waiting: (string | Uint8Array)[] = [];
  #waitingBytes = 0;
  #droppedWeight = 0;
  #blocked = false;
  #ended = false;

  constructor(target: FeedTarget, options: FeedOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Takes a piece. The `weight` is what a marker counts: bytes, or 1 for an event. */
  push(piece: string | Uint8Array, weight: number): void {
    if (this.#ended) return;
    if (!this.#blocked) {
      this.#blocked = !this.#target.write(piece);
      return;
    }
    if (this.#droppedWeight > 0 || this.#waitingBytes + piece.length > this.#options.limitBytes) {
      this.#droppedWeight += weight;
      return;
    }
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
  }

  /** The target can take more. */
  drained(): void {
    this.#blocked = false;
    const waiting = this.#waiting;
    let sent = 0;
    while (sent < waiting.length && !this.#blocked) this.#blocked = !this.#target.write(waiting[sent++] ?? '');
    this.#waiting = waiting.slice(sent);
    this.#waitingBytes = this.#waiting.reduce((sum, piece) => sum + piece.length, 0);
    if (this.#waiting.length > 0) return;
    if (this.#droppedWeight > 0) {
      const marker = this.#options.dropped(this.#droppedWeight);
      this.#droppedWeight = 0;
      this.#blocked = !this.#target.write(marker) || this.#blocked;
    }
    if (this.#ended) this.#target.end();
  }

  /** Nothing more comes; what waits is still written. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#blocked || (this.#waiting.length === 0 && this.#droppedWeight === 0)) this.#target.end();
  }
}
