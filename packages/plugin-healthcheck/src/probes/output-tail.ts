import { printable } from './printable.ts';

const KEPT_BYTES = 4096;

/** The end of what a program wrote, 4 KiB of it, however much it writes; without what would steer a terminal. */
export class OutputTail {
  #tail: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    const joined = chunk.length >= KEPT_BYTES ? chunk : Buffer.concat([this.#tail, chunk]);
    this.#tail = Buffer.from(joined.subarray(-KEPT_BYTES));
  }

  text(): string {
    return printable(this.#tail.toString('utf8')).trimEnd();
  }

  /** The last line that is not empty, at most 200 characters. */
  lastLine(): string {
    return (this.text().split('\n').at(-1) ?? '').trim().slice(0, 200);
  }
}
