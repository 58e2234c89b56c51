import type { Clock, Timer } from '@tappet/core';

/** The part of a socket that counting connections needs. */
export interface Closable {
  destroy(): void;
}

interface Connection {
  /** True from the moment a whole request has arrived until its answer is complete. */
  serving: boolean;
  sinceMs: number;
}

/**
 * Bounds the connections of a server. One rule: a connection that is not being served for `requestMs` is closed, whether
 * it is idle or sends slowly. There is no timer while every connection is being served or none is open.
 */
export class Connections<Socket extends Closable> {
  readonly #open = new Map<Socket, Connection>();
  readonly #clock: Clock;
  readonly #limits: { readonly connections: number; readonly requestMs: number };
  #timer: Timer | undefined;

  constructor(clock: Clock, limits: { readonly connections: number; readonly requestMs: number }) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Takes a new connection in. False when all others are being served: the caller turns it away. */
  add(socket: Socket): boolean {
    if (this.#open.size >= this.#limits.connections) {
      const victim = this.#oldestWaiting();
      if (victim === undefined) return false;
      this.remove(victim);
      victim.destroy();
    }
    this.#open.set(socket, { serving: false, sinceMs: this.#clock.nowMs() });
    this.#arm();
    return true;
  }

  /** A whole request has arrived. */
  serve(socket: Socket): void {
    this.#change(socket, true);
  }

  /** The answer is complete. */
  rest(socket: Socket): void {
    this.#change(socket, false);
    this.#arm();
  }

  remove(socket: Socket): void {
    this.#open.delete(socket);
    if (this.#open.size === 0) this.#disarm();
  }

  get size(): number {
    return this.#open.size;
  }

  destroyAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
    this.#open.clear();
    this.#disarm();
  }

  #change(socket: Socket, serving: boolean): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.serving = serving;
    connection.sinceMs = this.#clock.nowMs();
  }

  #oldestWaiting(): Socket | undefined {
    let oldest: Socket | undefined;
    let sinceMs = Infinity;
    for (const [socket, connection] of this.#open) {
      if (connection.serving || connection.sinceMs >= sinceMs) continue;
      oldest = socket;
      sinceMs = connection.sinceMs;
    }
    return oldest;
  }

  #arm(): void {
    if (this.#timer !== undefined) return;
    const oldest = this.#oldestWaiting();
    if (oldest === undefined) return;
    const dueMs = (this.#open.get(oldest)?.sinceMs ?? 0) + this.#limits.requestMs;
    this.#timer = this.#clock.setTimer(dueMs - this.#clock.nowMs(), () => this.#expire());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #expire(): void {
    this.#timer = undefined;
    const before = this.#clock.nowMs() - this.#limits.requestMs;
    for (const [socket, connection] of this.#open) {
      if (connection.serving || connection.sinceMs > before) continue;
      this.#open.delete(socket);
      socket.destroy();
    }
    this.#arm();
  }
}
