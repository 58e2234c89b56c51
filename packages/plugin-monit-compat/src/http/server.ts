import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Logger } from '@tappet/core';
import type { TlsOptions } from '../language/ast.ts';
import type { HttpdSetting } from '../language/settings.ts';
import { serverTls } from '../tls/server-options.ts';
import { type Access, createAccess } from './access.ts';
import { answer, type PageSource } from './answer.ts';
import { type PageReply, refuse } from './reply.ts';
import { clearSocket, protectSocket } from './socket-file.ts';

const BODY_BYTES = 16 * 1024;
const REQUEST_MS = 10_000;
const MOST_CONNECTIONS = 32;

/**
 * The status pages of `set httpd`: on a loopback port, a unix socket, or both. Nothing else of this machine or network is listened
 * on, whatever address the file names. It survives reloads; {@link PageServer.source} is what it shows.
 */
export class PageServer {
  source: PageSource | undefined;
  readonly #setting: HttpdSetting;
  readonly #access: ReturnType<typeof createAccess>;
  readonly #log: Logger;
  readonly #servers: Server[] = [];

  constructor(setting: HttpdSetting, log: Logger) {
    this.#setting = setting;
    this.#access = createAccess(setting);
    this.#log = log;
  }

  /** Listens, if it does not yet. Rejects when an address is taken. */
  async listen(): Promise<void> {
    if (this.#servers.length > 0) return;
    const { port, address, socket, tls } = this.#setting;
    try {
      if (port !== undefined) {
        const host = loopback(address);
        if (address !== undefined && host !== address && address !== 'localhost')
          this.#log.warn(`the status pages listen on ${host} only, not on ${address}: put a proxy with TLS in front`);
        await this.#open(tls, (server, done) => server.listen({ port, host, exclusive: true }, done));
      }
      if (socket !== undefined) {
        await clearSocket(socket);
        // Nobody listens in on a socket of this machine: TLS is for the port.
        await this.#open(undefined, (server, done) => server.listen({ path: socket.path }, done));
        protectSocket(socket);
      }
    } catch (error) {
      await this.close();
      throw isTaken(error) ? new Error(`cannot listen on port ${port}: another program does`, { cause: error }) : error;
    }
  }

  async close(): Promise<void> {
    const servers = this.#servers.splice(0);
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  async #open(tls: TlsOptions | undefined, listen: (server: Server, done: () => void) => void): Promise<void> {
    const server = this.#create(tls);
    server.maxConnections = MOST_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      listen(server, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => this.#log.error(`status pages: ${error.message}`));
    this.#servers.push(server);
  }

  #create(tls: TlsOptions | undefined): Server {
    const respond = (incoming: IncomingMessage, outgoing: ServerResponse): void =>
      void this.#respond(incoming, outgoing);
    const options = { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS, maxHeaderSize: BODY_BYTES };
    // Through getBuiltinModule: importing node:http by name also loads what only its ESM facade needs, 14 MB.
    return tls === undefined
      ? process.getBuiltinModule('node:http').createServer(options, respond)
      : process.getBuiltinModule('node:https').createServer({ ...options, ...serverTls(tls) }, respond);
  }

  async #respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const reply = await this.#reply(incoming);
      send(outgoing, reply, incoming.method === 'HEAD');
    } catch (error) {
      this.#log.error(error instanceof Error ? { err: error } : {}, 'a status page failed');
      if (!outgoing.headersSent) send(outgoing, refuse(500, 'Error', 'see the log'), false);
    }
  }

  async #reply(incoming: IncomingMessage): Promise<PageReply> {
    const { headers, socket } = incoming;
    const { source } = this;
    const isLocal = socket.remoteAddress === undefined || isOwnName(headers.host);
    if (!isLocal) return refuse(403, 'Forbidden', 'this address is not known by that name');
    const access: Access = this.#access({ remoteAddress: socket.remoteAddress, authorization: headers.authorization });
    if (access === 'unknown')
      return {
        ...refuse(401, 'Unauthorized', 'a user name and password are needed'),
        headers: { 'www-authenticate': 'Basic realm="monit"' },
      };
    if (access === 'forbidden' || source === undefined) return refuse(403, 'Forbidden', 'this machine is not allowed');
    if (incoming.method === 'POST' && isForeign(headers.origin, headers.host))
      return refuse(403, 'Forbidden', 'the form comes from another site');
    const body = incoming.method === 'POST' ? await readBody(incoming) : '';
    if (body === undefined) return refuse(413, 'Too large', 'the form is too large');
    return answer(
      {
        method: incoming.method ?? 'GET',
        url: incoming.url ?? '/',
        cookie: headers.cookie,
        body,
        isReadOnly: access === 'read-only',
      },
      source,
    );
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function loopback(address: string | undefined): string {
  return address !== undefined && (/^127\.\d+\.\d+\.\d+$/.test(address) || address === '::1') ? address : '127.0.0.1';
}

// A page of another site whose name was made to point here (DNS rebinding) would send that name.
function isOwnName(host: string | undefined): boolean {
  return host === undefined || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(host);
}

function isForeign(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && URL.parse(origin)?.host !== host;
}

function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > BODY_BYTES) {
        incoming.pause();
        resolve(undefined);
      }
    });
    incoming.on('end', () => resolve(text));
    incoming.on('error', reject);
  });
}

function send(outgoing: ServerResponse, { status, type, body, headers = {} }: PageReply, isHead: boolean): void {
  outgoing.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    connection: 'close',
    ...headers,
  });
  outgoing.end(isHead ? undefined : body);
}
