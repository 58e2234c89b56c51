const CAPACITY = 64 * 1024;
const FIRST_SIZE = 1024;

/** The last 64 KiB of a stream of bytes. Takes no memory before the first byte and grows with what it holds. */
export class Ring {
  #buffer: Uint8Array = new Uint8Array(0);
  #start = 0;
  #length = 0;

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    const kept = chunk.length > CAPACITY ? chunk.subarray(chunk.length - CAPACITY) : chunk;
    this.#makeRoomFor(kept.length);
    const size = this.#buffer.length;
    const end = (this.#start + this.#length) % size;
    const first = Math.min(kept.length, size - end);
    this.#buffer.set(first === kept.length ? kept : kept.subarray(0, first), end);
    if (first < kept.length) this.#buffer.set(kept.subarray(first), 0);
    const overflow = Math.max(0, this.#length + kept.length - size);
    this.#start = (this.#start + overflow) % size;
    this.#length = Math.min(size, this.#length + kept.length);
  }

  /** A copy of the content, oldest byte first. */
  content(): Uint8Array {
    const copy = new Uint8Array(this.#length);
    const first = Math.min(this.#length, this.#buffer.length - this.#start);
    copy.set(this.#buffer.subarray(this.#start, this.#start + first), 0);
    copy.set(this.#buffer.subarray(0, this.#length - first), first);
    return copy;
  }

  #makeRoomFor(added: number): void {
    const wanted = Math.min(CAPACITY, this.#length + added);
    if (wanted <= this.#buffer.length) return;
    let size = Math.max(FIRST_SIZE, this.#buffer.length);
    while (size < wanted) size *= 2;
    const grown = new Uint8Array(size);
    grown.set(this.content(), 0);
    this.#buffer = grown;
    this.#start = 0;
  }
}
