import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { ProbeIo } from '../definition.ts';
import { checkedDaysLeft } from '../net/certificate.ts';
import { networkFailure } from '../net/failure.ts';
import { tlsConnectOptions } from '../net/handshake.ts';
import { http, https } from '../net/http-modules.ts';
import { lookup } from '../net/lookup.ts';
import { MOST_READ_BYTES } from '../net/received.ts';
import type { TlsOptions } from '../options/tls.ts';
import { ProbeFailure } from '../result.ts';
import { plainAgent, secureAgent } from './agents.ts';
import type { HttpDescription } from './description.ts';
import type { HttpAnswer } from './judge.ts';

const DEFAULT_TLS: TlsOptions = { verify: true };

/** One request: where to, and with which words. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: string | undefined;
}

/** Sends one request and reads its answer, 64 KiB at most. A kept connection that turns out closed is replaced once. */
export async function exchange(request: HttpRequest, description: HttpDescription, io: ProbeIo): Promise<HttpAnswer> {
  io.doing = `waiting for ${request.url.origin}`;
  const first = await send(request, description, io);
  if (first !== 'stale') return first;
  const second = await send(request, { ...description, keep_alive: false }, io);
  if (second === 'stale') throw new ProbeFailure('the server closed the connection');
  return second;
}

/** "stale": the kept connection was closed by the server before it took the request. */
function send(request: HttpRequest, description: HttpDescription, io: ProbeIo): Promise<HttpAnswer | 'stale'> {
  return new Promise((resolve, reject) => {
    io.signal.throwIfAborted();
    const isSecure = request.url.protocol === 'https:';
    const options = requestOptions(request, description, isSecure);
    const outgoing = isSecure ? https.request(options) : http.request(options);
    const onAbort = (): void => void outgoing.destroy();
    io.signal.addEventListener('abort', onAbort, { once: true });
    const fail = (error: unknown): void => {
      outgoing.destroy();
      reject(networkFailure(`cannot get an answer from ${request.url.host}`, error));
    };
    outgoing.on('error', (error) => (isStale(outgoing, error) ? resolve('stale') : fail(error)));
    limitInformation(outgoing, fail);
    outgoing.on('upgrade', (_response, socket) => {
      socket.destroy();
      fail(new ProbeFailure('the server switched to another protocol', { status: 101 }));
    });
    outgoing.on('response', (response) => {
      try {
        const daysLeft = checkedDaysLeft(response.socket, description.tls ?? DEFAULT_TLS);
        collect(response, (answer) => resolve({ ...answer, daysLeft }), fail);
      } catch (error) {
        fail(error);
      }
    });
    outgoing.end(request.data);
  });
}

function requestOptions(
  { url, method, headers }: HttpRequest,
  description: HttpDescription,
  isSecure: boolean,
): RequestOptions {
  const { socket, keep_alive: keepAlive, tls } = description;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const agent = keepAlive ? (isSecure ? secureAgent(tls) : plainAgent()) : false;
  const base = { method, headers, path: `${url.pathname}${url.search}`, agent, noDelay: true };
  const place = socket === undefined ? { host, port, lookup } : { host, socketPath: socket };
  return isSecure
    ? { ...base, ...place, ...tlsConnectOptions(tls ?? DEFAULT_TLS, { host, port }) }
    : { ...base, ...place };
}

function collect(
  response: IncomingMessage,
  resolve: (answer: HttpAnswer) => void,
  fail: (error: unknown) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (isWhole: boolean): void => {
    resolve({
      status: response.statusCode ?? 0,
      location: response.headers.location,
      body: Buffer.concat(chunks).subarray(0, MOST_READ_BYTES),
      isWhole,
    });
  };
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= MOST_READ_BYTES) return;
    finish(false);
    response.destroy();
  });
  response.on('end', () => finish(true));
  response.on('error', fail);
  response.on('close', () => {
    if (!response.complete) fail(new ProbeFailure('the server closed the connection in the middle of its answer'));
  });
}

/** Endless `1xx` answers never become a response, so their bytes are counted on the socket, which may be an old one. */
function limitInformation(outgoing: ClientRequest, fail: (error: unknown) => void): void {
  let readBefore = 0;
  outgoing.on('socket', (socket) => (readBefore = socket.bytesRead));
  outgoing.on('information', () => {
    const read = (outgoing.socket?.bytesRead ?? 0) - readBefore;
    if (read > MOST_READ_BYTES) fail(new ProbeFailure('the server sends interim answers without end'));
  });
}

function isStale(outgoing: ClientRequest, error: Error): boolean {
  return outgoing.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
