import { read, write } from 'node:fs';
import { promisify } from 'node:util';

const CHUNK = 256 * 1024;

const readAsync = promisify(read);
const writeAsync = promisify(write);

/**
 * Reads and writes an open file in pieces for a pipeline. Unlike the streams of `node:fs` it never closes the descriptor,
 * and {@link idle} says when no operation is under way any more: only then may the descriptor be closed.
 */
export class DescriptorStream {
  readonly #descriptor: number;
  #pending: Promise<unknown> = Promise.resolve();

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** The content from a position on. */
  async *chunks(start = 0): AsyncGenerator<Buffer, void> {
    for (let position = start; ;) {
      const operation = readAsync(this.#descriptor, Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
      this.#pending = operation;
      const { bytesRead, buffer } = await operation;
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** Writes everything that comes, from the start. */
  async write(source: AsyncIterable<Buffer>): Promise<void> {
    let position = 0;
    for await (const chunk of source) {
      for (let done = 0; done < chunk.length;) {
        const operation = writeAsync(this.#descriptor, chunk, done, chunk.length - done, position);
        this.#pending = operation;
        const { bytesWritten } = await operation;
        done += bytesWritten;
        position += bytesWritten;
      }
    }
  }

  async idle(): Promise<void> {
    await this.#pending.catch(() => {});
  }
}
