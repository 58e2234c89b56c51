import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { unlinkSync } from 'node:fs';
import { type Clock, ControlError, type ErrorCode, type Logger, TappetError } from '@tappet/core';
import { readBody } from './body.ts';
import { Connections } from './connections.ts';
import type { Feed } from './feed.ts';
import { CONTROL_LIMITS, type ControlLimits } from './limits.ts';
import { type Reply, type StreamReply, errorReply } from './reply.ts';
import { checkHeaders } from './request-checks.ts';
import { sendJson, sendStream } from './respond.ts';

/** A request as routes see it: within its limits and complete. */
export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
}

/** Answers requests. A rejection becomes an error answer. */
export type RequestHandler = (request: ControlRequest) => Promise<Reply>;

/** What a server is made of. */
export interface ControlServerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Default {@link CONTROL_LIMITS}. */
  readonly limits?: ControlLimits;
}

/**
 * HTTP on a unix socket, for one handler at a time. It outlives reloads: a new generation brings its handler with
 * {@link serve}, the old one lets go with {@link release}.
 */
export class ControlServer {
  readonly #options: Required<ControlServerOptions>;
  readonly #connections: Connections<Socket>;
  #http: Server | undefined;
  #handler: RequestHandler | undefined;
  readonly #feeds = new Set<Feed>();
  readonly #answering = new WeakSet<Socket>();

  constructor({ clock, log, limits = CONTROL_LIMITS }: ControlServerOptions) {
    this.#options = { clock, log, limits };
    this.#connections = new Connections(clock, limits);
  }

  /** Answers with `handler` from now on; listens on `path` if it does not listen yet. Rejects when it cannot. */
  async serve(path: string, handler: RequestHandler): Promise<void> {
    this.#handler = handler;
    if (this.#http !== undefined) return;
    this.#http = this.#createHttp();
    try {
      await listenPrivately(this.#http, path);
    } catch (error) {
      this.#http = undefined;
      throw error;
    }
    this.#http.on('error', (error) => this.#options.log.error(`control socket: ${error.message}`));
  }

  /** Closes the socket if `handler` is still the one in force; a newer one keeps it open. */
  async release(handler: RequestHandler): Promise<void> {
    if (this.#handler !== handler) return;
    this.#handler = undefined;
    const http = this.#http;
    this.#http = undefined;
    if (http === undefined) return;
    const closed = new Promise((resolve) => http.close(resolve));
    for (const feed of this.#feeds) feed.end();
    http.closeIdleConnections();
    const cut = this.#options.clock.setTimer(FAREWELL_MS, () => this.#connections.destroyAll());
    await closed;
    cut.cancel();
  }

  #createHttp(): Server {
    const { limits } = this.#options;
    const http = createServer({
      maxHeaderSize: limits.headerBytes,
      // Connections has the time limits: Node's own would cost a timer that never rests.
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: 0,
      connectionsCheckingInterval: 2 ** 31 - 1,
    });
    http.on('connection', (socket) => this.#accept(socket));
    http.on('clientError', (_error, socket) => reject(socket, '400 Bad Request'));
    http.on('request', (incoming, outgoing) => void this.#answer(incoming, outgoing));
    return http;
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#connections.remove(socket));
    if (!this.#connections.add(socket)) reject(socket, '503 Service Unavailable');
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { socket } = incoming;
    if (this.#answering.has(socket)) {
      // A second request before the answer to the first: only a client that means to flood does it.
      socket.destroy();
      return;
    }
    this.#answering.add(socket);
    const gone = new AbortController();
    outgoing.on('error', () => socket.destroy());
    outgoing.on('close', () => {
      gone.abort(new Error('the client is gone'));
      this.#answering.delete(socket);
      this.#connections.rest(socket);
    });
    const reply = await this.#reply(incoming, gone.signal).catch(errorReply);
    if (gone.signal.aborted) return;
    if (reply.kind === 'json') sendJson(outgoing, { reply, keepAlive: incoming.complete });
    else this.#stream(outgoing, reply);
  }

  async #reply(incoming: IncomingMessage, signal: AbortSignal): Promise<Reply> {
    const { bodyBytes } = this.#options.limits;
    const length = incoming.headers['content-length'];
    const hasBody = incoming.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
    checkHeaders({ headers: incoming.headers, hasBody });
    const body = await readBody(incoming, bodyBytes);
    this.#connections.serve(incoming.socket);
    if (this.#handler === undefined) throw unavailable('the supervisor is going down', 'ERR_SHUTTING_DOWN');
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    return this.#handler({
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body,
      signal,
    });
  }

  #stream(outgoing: ServerResponse, reply: StreamReply): void {
    const { streams, streamBytes } = this.#options.limits;
    if (this.#feeds.size >= streams) {
      const error = unavailable(`${streams} streams are open, no more are served`, 'ERR_CONTROL_REQUEST');
      sendJson(outgoing, { reply: errorReply(error), keepAlive: true });
      return;
    }
    const feed = sendStream(outgoing, { reply, limitBytes: streamBytes });
    this.#feeds.add(feed);
    outgoing.on('close', () => this.#feeds.delete(feed));
  }
}

/** How long a closing server waits for answers that are on their way. */
const FAREWELL_MS = 300;

/**
 * Loaded as a built-in and not by `import`: the namespace of an ES import reads every export of node:http, and
 * `WebSocket` among them loads all of fetch, 14 MB and 25 ms that nothing here needs.
 */
const { createServer } = process.getBuiltinModule('node:http');

/** Mode 0600 from the first moment: `listen` on a path binds before it returns, so the mask covers it. */
function listenPrivately(http: Server, path: string): Promise<void> {
  checkLength(path);
  removeStale(path);
  return new Promise((resolve, fail) => {
    http.once('error', fail);
    http.once('listening', () => {
      http.off('error', fail);
      resolve();
    });
    const mask = process.umask(0o177);
    try {
      http.listen(path);
    } finally {
      process.umask(mask);
    }
  });
}

/** unix(7): sun_path holds 108 bytes, the last of them zero. Without this the error is a bare EINVAL. */
function checkLength(path: string): void {
  if (Buffer.byteLength(path) <= 107) return;
  throw new TappetError(`cannot listen on ${path}: the path has ${Buffer.byteLength(path)} bytes, Linux allows 107`, {
    code: 'ERR_STORE_IO',
    hint: 'use a shorter project name, or name a shorter folder with TAPPET_RUNTIME_DIR',
  });
}

/** The lock of the runtime directory says that no other daemon lives, so what is there is a dead one's. */
function removeStale(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
  }
}

function reject(socket: Duplex, status: string): void {
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.destroy();
}

function unavailable(why: string, code: ErrorCode): ControlError {
  return new ControlError(`cannot answer: ${why}`, { code, status: 503 });
}
