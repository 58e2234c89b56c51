import { fstatSync, writeSync } from 'node:fs';
import { type Clock, type Logger, sharedFilePool, type Timer } from '@tappet/core';
import { HeldBytes } from './held-bytes.ts';
import type { LogFolder } from './log-folder.ts';
import { type NewLog, type OpenLog, openLog } from './open-log.ts';

const RETRY_MS = 250;
const NEWLINE = 10;

/** What a writer works with. */
export interface LogWriterOptions {
  readonly folder: LogFolder;
  readonly name: string;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * Appends to one file, synchronously. While the file cannot be written (disk full, folder gone) bytes are held back and tried
 * again each 250 ms; what exceeds the memory for it is dropped, and a line in the file says how much.
 */
export class LogWriter {
  /** Owner and mode of a new file. */
  fresh: NewLog;
  /** Bytes in the file; 0 until it was opened. */
  size = 0;
  /** What is in the file ends with a newline. */
  endsLine = true;
  readonly #options: LogWriterOptions;
  readonly #held = new HeldBytes();
  #descriptor: number | undefined;
  #retry: Timer | undefined;
  #isFailing = false;

  constructor(options: LogWriterOptions, fresh: NewLog) {
    this.#options = options;
    this.fresh = fresh;
  }

  /** Bytes wait for the file to be writable again. */
  get isHolding(): boolean {
    return !this.#held.isEmpty;
  }

  get path(): string {
    return `${this.#options.folder.path}/${this.#options.name}`;
  }

  append(chunk: Uint8Array): void {
    if (!this.#held.isEmpty) {
      this.#hold(chunk);
      return;
    }
    const whole = this.#held.afterLoss(chunk);
    const written = this.#attempt(whole);
    if (written < whole.length) this.#hold(whole.subarray(written));
  }

  /** The descriptor, opened if need be. Throws what opening throws. */
  open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    const { descriptor, size, endsLine } = this.#openLog(this.#options.name);
    this.#descriptor = descriptor;
    this.size = size;
    this.endsLine = endsLine;
    return descriptor;
  }

  /** The same, and nobody takes the descriptor away until {@link detach}. */
  pin(): number {
    const descriptor = this.open();
    sharedFilePool.hold(descriptor);
    return descriptor;
  }

  /** Makes the next file under another name and writes its first bytes; {@link follow} makes it the one that is written to. */
  begin(name: string, bytes: Uint8Array): OpenLog {
    const next = this.#openLog(name);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(next.descriptor, bytes, at, bytes.length - at);
    } catch (error) {
      sharedFilePool.close(next.descriptor);
      throw error;
    }
    return { ...next, size: bytes.length, endsLine: bytes.length === 0 || bytes.at(-1) === NEWLINE };
  }

  /** From now on this file is written to; it has the log's name by now. */
  follow({ descriptor, size, endsLine }: OpenLog): void {
    this.detach();
    this.#descriptor = descriptor;
    this.size = size;
    this.endsLine = endsLine;
  }

  /** Lets the file go; the next write opens what has the name then. */
  detach(): void {
    if (this.#descriptor !== undefined) sharedFilePool.close(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Lets the file go when another one has its name by now, or none. */
  refresh(): void {
    if (this.#descriptor === undefined) return;
    const { folder, name } = this.#options;
    const own = fstatSync(this.#descriptor);
    let named: { ino: number; dev: number } | undefined;
    try {
      named = folder.stat(name);
    } catch {
      named = undefined;
    }
    if (named?.ino !== own.ino || named.dev !== own.dev) this.detach();
    else this.size = own.size;
  }

  /** Writes what is held if it can; the rest is given up. */
  close(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    if (this.isHolding) this.#flush();
    this.#held.clear();
    this.detach();
  }

  /** Writes what it can; the number of bytes written. */
  #attempt(chunk: Uint8Array): number {
    let written = 0;
    try {
      const descriptor = this.#descriptor ?? this.open();
      while (written < chunk.length) written += writeSync(descriptor, chunk, written, chunk.length - written);
    } catch (error) {
      this.#complain(error);
    }
    if (written > 0) {
      this.size += written;
      this.endsLine = chunk[written - 1] === NEWLINE;
    }
    return written;
  }

  #hold(chunk: Uint8Array): void {
    this.#held.hold(chunk, this.endsLine);
    this.#retry ??= this.#options.clock.setTimer(RETRY_MS, () => {
      this.#retry = undefined;
      this.#flush();
      if (this.isHolding) this.#hold(new Uint8Array(0));
    });
  }

  #flush(): void {
    const lines = this.#held.flush((chunk) => this.#attempt(chunk));
    if (this.isHolding) return;
    this.#isFailing = false;
    this.#options.log.info({ path: this.path, lines }, `${this.path} can be written again, ${lines} lines dropped`);
  }

  #complain(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log.warn({ path: this.path, error: reason }, `cannot write ${this.path}: ${reason}`);
  }

  /** Other logs may need the descriptor: then the next write opens the file again. */
  #openLog(name: string): OpenLog {
    let log!: OpenLog;
    const open = (): number => {
      log = openLog(this.#options.folder, { name, fresh: this.fresh });
      return log.descriptor;
    };
    sharedFilePool.open(open, () => (this.#descriptor = undefined));
    return log;
  }
}
