import type net from 'node:net';
import type { ProbeIo } from '../definition.ts';
import { connect, type Target } from '../net/connect.ts';

/** Who takes what happens on a connection. */
export interface ConnectionReader {
  read(data: Buffer): void;
  /** The connection has ended, with an error or without. */
  ended(error: Error | undefined): void;
}

/** A connection that outlives attempts. Somebody reads it, or it rests; whatever happens while it rests ends it. */
export class HttpConnection {
  readonly openedMs: number = performance.now();
  /** Days left of its certificate, where the TLS options ask for some. */
  daysLeft: number | undefined;
  restingSinceMs = 0;
  readonly isSecure: boolean;
  #socket: net.Socket | undefined;
  #reader: ConnectionReader | undefined;
  #error: Error | undefined;

  private constructor(isSecure: boolean) {
    this.isSecure = isSecure;
  }

  static async open(target: Target, io: ProbeIo): Promise<HttpConnection> {
    const connection = new HttpConnection(target.tls !== undefined);
    const onRead = (data: Buffer): void => connection.#reader?.read(data);
    const { socket, daysLeft } = await connect({ ...target, onRead }, io);
    connection.#attach(socket);
    connection.daysLeft = daysLeft;
    return connection;
  }

  /** Sends a request and hands everything that follows to the reader. */
  ask(request: Buffer, reader: ConnectionReader): void {
    this.#reader = reader;
    if (this.#socket === undefined || this.#socket.destroyed) reader.ended(this.#error);
    else this.#socket.write(request);
  }

  /** Nobody reads any more. `onEnd` is told when the connection ends by itself. */
  rest(onEnd: () => void): void {
    this.restingSinceMs = performance.now();
    const end = (): void => {
      this.close();
      onEnd();
    };
    this.#reader = { read: end, ended: end };
    this.#socket?.unref();
  }

  wake(): void {
    this.#reader = undefined;
    this.#socket?.ref();
  }

  close(): void {
    this.#reader = undefined;
    this.#socket?.destroy();
  }

  #attach(socket: net.Socket): void {
    this.#socket = socket;
    socket.on('error', (error) => (this.#error = error));
    socket.on('close', () => this.#reader?.ended(this.#error));
    // TLS and a plain connection read until here.
    socket.on('end', () => socket.destroy());
  }
}
