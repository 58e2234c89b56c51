import { type Socket, connect } from 'node:net';
import { ControlError } from './control-error.ts';

/** A request to a control socket. */
export interface HttpRequest {
  readonly socket: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Limit on the time to the first byte of the answer; none when absent. */
  readonly timeoutMs?: number | undefined;
}

/** Its answer. The body comes in pieces of any size; leaving the loop closes the connection. */
export interface HttpResponse {
  readonly status: number;
  readonly body: AsyncIterable<Buffer>;
}

/**
 * One HTTP/1.1 exchange on a connection of its own. Written on node:net because a command must start fast:
 * importing node:http takes as long as starting Node (25 ms), this takes none of it.
 * Rejects with a ControlError ERR_CONTROL_UNREACHABLE when nothing answers.
 */
export async function exchange(request: HttpRequest): Promise<HttpResponse> {
  request.signal?.throwIfAborted();
  const connection = connect(request.socket);
  const abort = (): void => void connection.destroy(asError(request.signal?.reason));
  request.signal?.addEventListener('abort', abort, { once: true });
  connection.once('close', () => request.signal?.removeEventListener('abort', abort));
  if (request.timeoutMs !== undefined) {
    connection.setTimeout(request.timeoutMs, () => connection.destroy(silence(request.timeoutMs)));
  }
  connection.write(head(request));
  const pieces = connection[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    const { status, chunked, rest } = await readHead(pieces);
    connection.setTimeout(0);
    return {
      status,
      body: guarded(connection, { request, body: chunked ? dechunk(rest, pieces) : plain(rest, pieces) }),
    };
  } catch (error) {
    connection.destroy();
    request.signal?.throwIfAborted();
    throw unreachable(request.socket, error);
  }
}

function head({ method, path, body }: HttpRequest): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: tappet', 'Connection: close'];
  if (body !== undefined) lines.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`);
  return `${lines.join('\r\n')}\r\n\r\n${text}`;
}

interface Head {
  readonly status: number;
  readonly chunked: boolean;
  readonly rest: Buffer;
}

async function readHead(pieces: AsyncIterator<Buffer>): Promise<Head> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end !== -1) {
      const text = bytes.toString('latin1', 0, end);
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
      if (!Number.isInteger(status)) throw new Error('what answers there does not speak HTTP');
      return { status, chunked: /^transfer-encoding: *chunked/im.test(text), rest: bytes.subarray(end + 4) };
    }
    if (bytes.length > 64 * 1024) throw new Error('what answers there does not speak HTTP');
    const next = await pieces.next();
    if (next.done === true) throw new Error('the connection was closed before an answer came');
    bytes = Buffer.concat([bytes, next.value]);
  }
}

async function* plain(first: Buffer, pieces: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-7.1, without extensions and trailers, which our server does not send. */
async function* dechunk(first: Buffer, pieces: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  let bytes = first;
  for (;;) {
    const end = bytes.indexOf('\r\n');
    const size = end === -1 ? NaN : Number.parseInt(bytes.toString('latin1', 0, end), 16);
    if (size === 0) return;
    if (end !== -1 && bytes.length >= end + size + 4) {
      yield bytes.subarray(end + 2, end + 2 + size);
      bytes = bytes.subarray(end + size + 4);
      continue;
    }
    const next = await pieces.next();
    if (next.done === true) throw new Error('the connection was closed in the middle of the answer');
    bytes = bytes.length === 0 ? next.value : Buffer.concat([bytes, next.value]);
  }
}

async function* guarded(
  connection: Socket,
  { request, body }: { request: HttpRequest; body: AsyncIterable<Buffer> },
): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    request.signal?.throwIfAborted();
    throw unreachable(request.socket, error);
  } finally {
    connection.destroy();
  }
}

function silence(timeoutMs = 0): Error {
  return new Error(`no answer within ${timeoutMs / 1000} s`);
}

function unreachable(socket: string, cause: unknown): ControlError {
  const error = asError(cause);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return failure(`cannot reach a supervisor at ${socket}: none is running`, 'start one with "tappet up"', error);
  }
  if (code === 'EACCES') {
    const hint = 'run the command as the user who started the supervisor';
    return failure(`cannot reach the supervisor at ${socket}: it belongs to another user`, hint, error);
  }
  return failure(`cannot reach the supervisor at ${socket}: ${error.message}`, undefined, error);
}

function failure(message: string, hint: string | undefined, cause: Error): ControlError {
  return new ControlError(message, { code: 'ERR_CONTROL_UNREACHABLE', hint, cause });
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
