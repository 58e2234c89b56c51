import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';

/** What a service wrote down: `S` its first instruction, `F` the end of its flood, `E` its end. */
export interface Mark {
  readonly kind: string;
  readonly index: number;
  readonly pid: number;
  /** Monotonic, ms; on the same scale as {@link nowMs}. */
  readonly atMs: number;
}

/** CLOCK_MONOTONIC in ms, the clock of the services. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The file into which all services of one fleet write, read on as it grows. */
export class Marks implements Disposable {
  readonly path: string;
  readonly all: Mark[] = [];
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(65_536);
  #rest = '';

  constructor(path: string) {
    this.path = path;
    writeFileSync(path, '');
    this.#fd = openSync(path, 'r');
  }

  /** Marks of this kind so far. */
  of(kind: string): readonly Mark[] {
    this.#read();
    return this.all.filter((mark) => mark.kind === kind);
  }

  /** Waits until `isEnough` of the marks of a kind. Rejects after `withinMs`. */
  async until(
    kind: string,
    isEnough: (marks: readonly Mark[]) => boolean,
    { withinMs = 60_000, everyMs = 2 } = {},
  ): Promise<readonly Mark[]> {
    const deadline = nowMs() + withinMs;
    for (;;) {
      const marks = this.of(kind);
      if (isEnough(marks)) return marks;
      if (nowMs() > deadline) throw new Error(`${marks.length} marks "${kind}" after ${withinMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #read(): void {
    for (;;) {
      const length = readSync(this.#fd, this.#buffer);
      if (length === 0) return;
      const lines = (this.#rest + this.#buffer.toString('latin1', 0, length)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.all.push(parse(line));
    }
  }
}

function parse(line: string): Mark {
  const [kind = '', index, pid, ns] = line.split(' ');
  return { kind, index: Number(index), pid: Number(pid), atMs: ns === '0' ? nowMs() : Number(ns) / 1e6 };
}
