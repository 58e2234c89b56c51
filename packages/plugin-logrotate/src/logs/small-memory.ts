import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes after which what was read is collected. */
const COLLECT_EVERY = 512 * 1024;

/**
 * From now on nothing is compiled to fast code. V8's compilers are 11 MB of pages of the Node program, touched for the first time
 * when a loop gets hot; where Node's own code does the work (unpacking, searching bytes) they gain nothing.
 */
export function withoutCompilers(): void {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
}

/**
 * To be told of each piece that was read, and of the end of a file. Buffers weigh nothing in V8's young heap, so it lets a hundred MB
 * of them pile up before it looks; asked often it takes them away at the cost of a fraction of a millisecond. What lived as long as a
 * file (its stream, the last pieces) has become old, and needs a look at everything.
 */
export class Collector {
  #bytes = 0;
  #collected = 0;

  read(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < COLLECT_EVERY) return;
    this.#bytes = 0;
    this.#collected++;
    collect('minor');
  }

  /** Of the file. A small one left nothing worth looking for. */
  end(): void {
    if (this.#collected > 0) collect('major');
  }
}

let collect: (type: 'minor' | 'major') => void = (type) => {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  collect = typeof gc === 'function' ? (how) => void (gc as (how: object) => unknown)({ type: how }) : () => undefined;
  collect(type);
};
