import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { type Logger, TappetError } from '@tappet/core';
import { type Address, formatAddress } from '../probes/options/address.ts';
import { http } from '../probes/net/http-module.ts';
import { preferredFormat } from './accept.ts';
import { answer, type HealthSource } from './answer.ts';
import { render } from './render.ts';

/** Enough for load balancers and a few people; the oldest idle ones go after `IDLE_MS`. */
const MOST_CONNECTIONS = 256;
const IDLE_MS = 10_000;
const REQUEST_MS = 5000;
const MOST_HEADER_BYTES = 8192;

/**
 * Tells over HTTP how things are. It reads, whoever asks, and changes nothing. It outlives reloads: each generation of the
 * plugin brings its own source.
 */
export class HealthServer {
  readonly #address: Address;
  readonly #log: Logger;
  #server: Server | undefined;
  /** What answers come from; 503 before there is one. */
  source: HealthSource | undefined;

  constructor(address: Address, log: Logger) {
    this.#address = address;
    this.#log = log;
  }

  /** Opens the port, unless it is open. Rejects when it cannot. */
  async listen(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = this.#create();
    if ('socket' in this.#address) await removeStale(this.#address.socket);
    await listening(server, this.#address);
    server.on('error', (error) => this.#log.error(`health endpoint: ${error.message}`));
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  #create(): Server {
    const server = http.createServer({
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: REQUEST_MS,
      keepAliveTimeout: IDLE_MS,
    });
    server.maxConnections = MOST_CONNECTIONS;
    server.setTimeout(IDLE_MS);
    server.on('request', (request, response) => this.#answer(request, response));
    return server;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => request.socket.destroy());
    // A body is not expected, and not read either.
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-length': 0 }).end();
      return;
    }
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const found = this.source === undefined ? STARTING : answer(path, this.source);
    if (found === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`${PATHS}\n`);
      return;
    }
    const format = preferredFormat(request.headers.accept);
    const { type, body } = render(found, { format, isVerbose: new URLSearchParams(query).has('verbose') });
    response.writeHead(found.status, {
      'content-type': type,
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  }
}

const STARTING = { status: 503, summary: 'not ready: starting', services: [] } as const;
const PATHS = 'there are /livez, /readyz, /healthz and /health/SERVICE, each with ?verbose';

function listening(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(address, error)));
    server.once('listening', () => {
      server.removeAllListeners('error');
      resolve();
    });
    if (!('socket' in address)) {
      server.listen(address.port, address.host);
      return;
    }
    // Binding a path happens before `listen` returns, so the mask covers it: group members may connect.
    const mask = process.umask(0o117);
    try {
      server.listen(address.socket);
    } finally {
      process.umask(mask);
    }
  });
}

function cannotListen(address: Address, { code, message }: NodeJS.ErrnoException): TappetError {
  const why = code === 'EADDRINUSE' ? 'it is in use' : code === 'EACCES' ? 'permission denied' : message;
  return new TappetError(`cannot listen on ${formatAddress(address)}: ${why}`, {
    code: 'ERR_PLUGIN_SETUP',
    hint: 'choose another address with plugins.healthcheck.listen',
  });
}

/** A socket file that nobody listens on any more is that of a supervisor that was killed. */
function removeStale(path: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') removeFile(path);
      resolve();
    });
  });
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Binding will tell.
  }
}
