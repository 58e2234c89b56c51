import type { ProbeIo } from '../definition.ts';
import { type Address, formatAddress } from '../options/address.ts';
import type { TlsOptions } from '../options/tls.ts';
import { ProbeFailure } from '../result.ts';
import { hostOf } from './connect.ts';
import { networkReason } from './failure.ts';
import { type Connection, handshake } from './handshake.ts';
import { MOST_READ_BYTES, Received } from './received.ts';

/** Looks for something in what has arrived: how many bytes it takes, or undefined to wait for more. */
export type Find = (received: Buffer) => number | undefined;

/** Talking with a server over one connection: every wait ends with the data, a `ProbeFailure`, or the probe's abort. */
export class Dialogue {
  readonly #address: Address;
  readonly #io: ProbeIo;
  readonly #received = new Received();
  readonly #listeners = {
    data: (chunk: Buffer): void => this.#take(chunk),
    end: (): void => this.#fail('the server closed the connection'),
    close: (): void => this.#fail('the connection was closed'),
    error: (error: Error): void => this.#fail(networkReason(error)),
  };
  #connection: Connection;
  #failure: ProbeFailure | undefined;
  #wake: (() => void) | undefined;

  constructor(connection: Connection, { address, io }: { address: Address; io: ProbeIo }) {
    this.#connection = connection;
    this.#address = address;
    this.#io = io;
    this.#listen();
  }

  /** The encrypted one once there is one. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Goes on over TLS, which the server has agreed to. What it sent ahead of that could be anybody's, so nothing may be there. */
  async secure(tls: TlsOptions): Promise<void> {
    if (this.#failure !== undefined) throw new ProbeFailure(`no TLS: ${this.#failure.message}`);
    if (this.#received.peek().length > 0) throw new ProbeFailure('the server sends plain text where TLS should begin');
    const { socket } = this.#connection;
    for (const [event, listener] of Object.entries(this.#listeners)) socket.off(event, listener);
    const where = formatAddress(this.#address);
    this.#io.doing = `beginning TLS with ${where}`;
    const what = `cannot begin TLS with ${where}`;
    this.#connection = await handshake({ socket }, { host: hostOf(this.#address), tls, what }, this.#io);
    this.#listen();
  }

  send(data: string | Uint8Array): void {
    const { socket } = this.#connection;
    if (!socket.destroyed) socket.write(data);
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

  #listen(): void {
    const { socket } = this.#connection;
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
  }

  #take(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    if (!this.#received.push(chunk)) {
      this.#fail(`the server sent more than ${MOST_READ_BYTES / 1024} KiB`);
      this.#connection.socket.destroy();
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
