import type net from 'node:net';
import type { ProbeIo } from '../definition.ts';
import { ProbeFailure } from '../result.ts';
import { networkReason } from './failure.ts';
import { MOST_READ_BYTES, Received } from './received.ts';

/** Looks for something in what has arrived: how many bytes it takes, or undefined to wait for more. */
export type Find = (received: Buffer) => number | undefined;

/** Talking with a server over one connection: every wait ends with the data, a `ProbeFailure`, or the probe's abort. */
export class Dialogue {
  readonly #socket: net.Socket;
  readonly #io: ProbeIo;
  readonly #received = new Received();
  #failure: ProbeFailure | undefined;
  #wake: (() => void) | undefined;

  constructor(socket: net.Socket, io: ProbeIo) {
    this.#socket = socket;
    this.#io = io;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => this.#fail('the server closed the connection'));
    socket.on('close', () => this.#fail('the connection was closed'));
    socket.on('error', (error) => this.#fail(networkReason(error)));
  }

  send(data: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(data);
  }

  /** The next `count` bytes. */
  bytes(count: number, what: string): Promise<Buffer> {
    return this.until((received) => (received.length >= count ? count : undefined), what);
  }

  /** The next line without its CR LF, as Latin-1 text: it never fails to decode. */
  async line(what: string): Promise<string> {
    const line = await this.until((received) => lineEnd(received), what);
    return line.toString('latin1').replace(/\r?\n$/, '');
  }

  /** Waits until `find` is satisfied and returns that many bytes. `what` completes "while waiting for". */
  async until(find: Find, what: string): Promise<Buffer> {
    this.#io.doing = `waiting for ${what}`;
    for (;;) {
      const count = find(this.#received.peek());
      if (count !== undefined) return this.#received.take(count);
      if (this.#failure !== undefined) throw new ProbeFailure(`no ${what}: ${this.#failure.message}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #take(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    if (!this.#received.push(chunk)) {
      this.#fail(`the server sent more than ${MOST_READ_BYTES / 1024} KiB`);
      this.#socket.destroy();
    }
    this.#wake?.();
  }

  #fail(why: string): void {
    this.#failure ??= new ProbeFailure(why);
    this.#wake?.();
  }
}

/** What an unexpected answer looks like, for a message: printable, short, quoted. */
export function quote(data: Buffer | string): string {
  const text = (typeof data === 'string' ? data : data.toString('latin1')).slice(0, 60);
  return JSON.stringify(
    text.replace(/[^\x20-\x7e]/g, (char) => (char === '\n' || char === '\r' || char === '\t' ? char : '.')),
  );
}

function lineEnd(received: Buffer): number | undefined {
  const at = received.indexOf(10);
  return at === -1 ? undefined : at + 1;
}
