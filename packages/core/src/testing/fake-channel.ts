import type { OutputSink, OutputStream } from '../hooks/events.ts';
import type { OutputChannel } from '../process/contract.ts';

const RING_BYTES = 64 * 1024;
const KEPT_BYTES = 1024 * 1024;

/** The output of a fake service: same contract as the real one, with everything in memory. */
export interface FakeChannel extends OutputChannel {
  /** Which streams it has; set by `prepare`. */
  layout: 'merged' | 'split';
  /** What the program writes. */
  write(chunk: Uint8Array, stream?: 'stdout' | 'stderr'): void;
  /** What was written, as text; the last MiB of it. */
  text(): string;
}

/** A channel without sinks. */
export function fakeChannel(service: string): FakeChannel {
  const listeners = new Set<(chunk: Uint8Array, stream: OutputStream) => void>();
  let lanes = new Map<OutputStream, Lane>();
  let openSink: Parameters<OutputChannel['setSinks']>[0] | undefined;
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  let bytesRead = 0;

  function keep(chunk: Uint8Array): void {
    kept.push(chunk.slice());
    keptBytes += chunk.length;
    bytesRead += chunk.length;
    while (keptBytes > KEPT_BYTES && kept.length > 1) keptBytes -= kept.shift()?.length ?? 0;
  }

  /** The lane of a stream: those that appear after `setSinks`, because the layout changed, get their sink then. */
  function laneOf(stream: OutputStream): Lane | undefined {
    const known = lanes.get(stream);
    if (known !== undefined || openSink === undefined) return known;
    const lane = new Lane();
    lanes.set(stream, lane);
    lane.sink = openSink(stream, () => lane.resume());
    return lane;
  }

  async function closeLanes(): Promise<void> {
    const old = lanes;
    lanes = new Map();
    for (const lane of old.values()) await lane.close();
  }

  return {
    service,
    layout: 'merged',
    tail: () => new Uint8Array(Buffer.concat(kept)).slice(-RING_BYTES),
    text: () => Buffer.concat(kept).toString(),
    get bytesRead() {
      return bytesRead;
    },
    async setSinks(open) {
      await closeLanes();
      openSink = open;
      for (const stream of this.layout === 'split' ? (['stdout', 'stderr'] as const) : (['output'] as const))
        laneOf(stream);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    write(chunk, from = 'stdout') {
      const stream = this.layout === 'split' ? from : 'output';
      keep(chunk);
      laneOf(stream)?.push(chunk);
      for (const listener of listeners) listener(chunk, stream);
    },
    inject(chunk) {
      this.write(chunk);
    },
    drain: async () => {},
    async close() {
      listeners.clear();
      openSink = undefined;
      await closeLanes();
    },
  };
}

/** One stream and its sink: keeps what a full sink cannot take. */
class Lane {
  sink: OutputSink | undefined;
  #waiting: Uint8Array[] = [];
  #isFull = false;

  push(chunk: Uint8Array): void {
    if (this.sink === undefined) return;
    if (this.#isFull) this.#waiting.push(chunk.slice());
    else this.#isFull = !this.sink.write(chunk);
  }

  resume(): void {
    this.#isFull = false;
    while (!this.#isFull) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) return;
      this.push(chunk);
    }
  }

  async close(): Promise<void> {
    for (const chunk of this.#waiting.splice(0)) this.sink?.write(chunk);
    await this.sink?.close?.();
    this.sink = undefined;
  }
}
