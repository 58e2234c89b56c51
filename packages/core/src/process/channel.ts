import { closeSync, existsSync, rmSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import type { OutputSink, OutputStream } from '../hooks/events.ts';
import type { Logger } from '../log.ts';
import type { OutputChannel } from './contract.ts';
import type { PipeReader, PipeReaderOptions } from './pipe-reader.ts';
import { openPipeForChild } from './pipes.ts';
import { Ring } from './ring.ts';

/** What a channel needs from the layer. */
export interface ChannelOptions {
  readonly service: string;
  readonly mode: 'merged' | 'split';
  /** Path of the named pipe of a stream. */
  readonly pipePath: (stream: OutputStream) => string;
  readonly openReader: (options: PipeReaderOptions) => PipeReader;
  readonly log: Logger;
  readonly clock: Clock;
  readonly onClose: (remove: boolean) => void;
}

/** Descriptors for a child's stdout and stderr. `close` releases our copies as soon as the child has its own. */
export interface ChildOutput {
  readonly stdout: number;
  readonly stderr: number;
  close(): void;
}

interface Stream {
  reader: PipeReader | undefined;
  sink: OutputSink | undefined;
  isPaused: boolean;
  isBroken: boolean;
}

const STREAMS: Record<'merged' | 'split', readonly OutputStream[]> = {
  merged: ['output'],
  split: ['stdout', 'stderr'],
};

/** The pipes of one service, its ring, its sinks. */
export class Channel implements OutputChannel {
  readonly service: string;
  /** Changed by a reload; pipes of the other mode are read on until their writers are gone. */
  mode: 'merged' | 'split';
  /** Called when the last writer of a pipe is gone. */
  readonly onEnd: Set<() => void> = new Set();
  readonly #options: ChannelOptions;
  readonly #streams: Map<OutputStream, Stream> = new Map();
  readonly #listeners: Set<(chunk: Uint8Array, stream: OutputStream) => void> = new Set();
  readonly #ring: Ring = new Ring();
  readonly #resumed: Set<() => void> = new Set();
  #openSink: ((stream: OutputStream, resume: () => void) => OutputSink | undefined) | undefined;
  #bytesRead = 0;
  #isClosed = false;

  constructor(options: ChannelOptions) {
    this.service = options.service;
    this.mode = options.mode;
    this.#options = options;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  tail(): Uint8Array {
    return this.#ring.content();
  }

  subscribe(listener: (chunk: Uint8Array, stream: OutputStream) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async setSinks(open: (stream: OutputStream, resume: () => void) => OutputSink | undefined): Promise<void> {
    this.#openSink = open;
    const names = new Set<OutputStream>([...STREAMS[this.mode], ...this.#streams.keys()]);
    const old = [...names].map((name) => this.#replaceSink(name));
    await Promise.all(old.map((sink) => this.#closeSink(sink)));
  }

  inject(chunk: Uint8Array): void {
    const name = this.mode === 'merged' ? 'output' : 'stdout';
    this.#take(this.#stream(name), { name, chunk });
  }

  async drain(timeoutMs: number): Promise<void> {
    const deadlineMs = this.#options.clock.nowMs() + timeoutMs;
    for (;;) {
      const before = this.#bytesRead;
      // Between two immediates the loop polls once, and reads whatever any pipe holds.
      await nextTurn();
      await nextTurn();
      const leftMs = deadlineMs - this.#options.clock.nowMs();
      const isPaused = [...this.#streams.values()].some((stream) => stream.isPaused);
      if (leftMs <= 0 || (this.#bytesRead === before && !isPaused)) return;
      if (isPaused) await this.#resumedWithin(leftMs);
    }
  }

  async close({ remove }: { remove: boolean }): Promise<void> {
    this.#isClosed = true;
    const sinks = [...this.#streams.values()].map((stream) => {
      stream.reader?.close();
      stream.reader = undefined;
      return stream.sink;
    });
    this.#streams.clear();
    this.#listeners.clear();
    if (remove) for (const path of this.#allPaths()) rmSync(path, { force: true });
    this.#options.onClose(remove);
    await Promise.all(sinks.map((sink) => this.#closeSink(sink)));
  }

  /**
   * Opens the pipes for a child, and our readers with them. The end of the last writer only matters (`tellsEnd`) for a process
   * that will not be our child; for all others one reader serves all generations. Throws what `open` throws.
   */
  openForChild({ tellsEnd }: { tellsEnd: boolean }): ChildOutput {
    const fds: number[] = [];
    const close = (): void => {
      for (const fd of fds.splice(0)) closeSync(fd);
    };
    try {
      for (const name of STREAMS[this.mode]) {
        // The writer first: a reader that never saw one would not notice the last one's end.
        fds.push(openPipeForChild(this.#options.pipePath(name)));
        this.#read(name, { holdsOpen: !tellsEnd });
      }
    } catch (error) {
      close();
      throw error;
    }
    const [stdout = -1, stderr = stdout] = fds;
    return { stdout, stderr, close };
  }

  /** Reads every pipe that exists, whatever the mode: an adopted process may write to either. */
  attach(): void {
    for (const name of ['output', 'stdout', 'stderr'] as const) {
      if (existsSync(this.#options.pipePath(name))) this.#read(name, { holdsOpen: false });
    }
  }

  #read(name: OutputStream, { holdsOpen }: { holdsOpen: boolean }): void {
    const stream = this.#stream(name);
    if (stream.reader !== undefined || this.#isClosed) return;
    stream.reader = this.#options.openReader({
      path: this.#options.pipePath(name),
      holdsOpen,
      onChunk: (chunk) => {
        this.#bytesRead += chunk.length;
        return this.#take(stream, { name, chunk });
      },
      onEnd: () => {
        stream.reader = undefined;
        for (const listener of this.onEnd) listener();
      },
    });
    if (stream.isPaused) stream.reader.pause();
  }

  #take(stream: Stream, { name, chunk }: { name: OutputStream; chunk: Uint8Array }): boolean {
    const goesOn = this.#offer(stream, { name, chunk });
    this.#ring.push(chunk);
    for (const listener of this.#listeners) {
      try {
        listener(chunk, name);
      } catch (error) {
        this.#options.log.error({ service: this.service, error }, 'a listener for output failed');
      }
    }
    if (!goesOn) stream.isPaused = true;
    return !stream.isPaused;
  }

  #offer(stream: Stream, { name, chunk }: { name: OutputStream; chunk: Uint8Array }): boolean {
    if (stream.sink === undefined) return true;
    try {
      return stream.sink.write(chunk);
    } catch (error) {
      if (!stream.isBroken) {
        this.#options.log.error({ service: this.service, stream: name, error }, 'a sink for output failed');
      }
      stream.isBroken = true;
      return true;
    }
  }

  #replaceSink(name: OutputStream): OutputSink | undefined {
    const stream = this.#streams.get(name);
    if (stream === undefined) return void this.#stream(name);
    const old = stream.sink;
    stream.sink = undefined;
    this.#giveSink(name, stream);
    if (stream.isPaused) this.#resume(stream);
    return old;
  }

  #stream(name: OutputStream): Stream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const stream: Stream = { reader: undefined, sink: undefined, isPaused: false, isBroken: false };
    this.#streams.set(name, stream);
    this.#giveSink(name, stream);
    return stream;
  }

  #giveSink(name: OutputStream, stream: Stream): void {
    stream.isBroken = false;
    let own: OutputSink | undefined;
    // A late call from a sink that was replaced since must not wake the reader of its successor.
    own = this.#openSink?.(name, () => void (stream.sink === own && this.#resume(stream)));
    stream.sink = own;
  }

  #resume(stream: Stream): void {
    if (!stream.isPaused) return;
    stream.isPaused = false;
    stream.reader?.resume();
    for (const wake of this.#resumed) wake();
  }

  #resumedWithin(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        this.#resumed.delete(wake);
        resolve();
      };
      const timer = this.#options.clock.setTimer(timeoutMs, wake);
      this.#resumed.add(wake);
    });
  }

  async #closeSink(sink: OutputSink | undefined): Promise<void> {
    try {
      await sink?.close?.();
    } catch (error) {
      this.#options.log.error({ service: this.service, error }, 'a sink for output could not be closed');
    }
  }

  #allPaths(): string[] {
    return (['output', 'stdout', 'stderr'] as const).map(this.#options.pipePath);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
