/** Four buckets to each doubling of a microsecond, up to half an hour: a quantile is at most 25 % too high. */
const STEPS_LOG2 = 2;
const BUCKETS = 31 << STEPS_LOG2;

/** Durations in a fixed half kilobyte, however many there are. Adding one allocates nothing. */
export class Histogram {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;
  #maxMs = 0;

  add(durationMs: number): void {
    const index = bucketOf(durationMs);
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
    this.#count++;
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** The duration that `share` (0 to 1) of all did not exceed; 0 when there are none. */
  quantileMs(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (const [index, count] of this.#buckets.entries()) {
      left -= count;
      if (left <= 0 && this.#count > 0) return Math.min(upperEdgeMs(index), this.#maxMs);
    }
    return 0;
  }
}

function bucketOf(durationMs: number): number {
  const us = Math.min(Math.max(durationMs * 1000, 1), 2 ** 31 - 1) | 0;
  const octave = 31 - Math.clz32(us);
  const step = octave < STEPS_LOG2 ? 0 : (us >> (octave - STEPS_LOG2)) & 3;
  return Math.min((octave << STEPS_LOG2) | step, BUCKETS - 1);
}

function upperEdgeMs(index: number): number {
  const octave = index >> STEPS_LOG2;
  const step = octave < STEPS_LOG2 ? 3 : index & 3;
  return (2 ** octave * (1 + (step + 1) / 4)) / 1000;
}
