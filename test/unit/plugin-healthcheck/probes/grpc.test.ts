import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { attempt, until } from '../../../fixtures/probes/attempt.ts';
import { makeCertificate } from '../../../fixtures/probes/certificate.ts';

const servers: { server: http2.Http2Server; sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});

type Answer = (service: string, stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void;

/** grpc.health.v1 as its specification writes it, over node's http2. */
async function healthServer(answer: Answer): Promise<string> {
  const server = http2.createServer();
  const sockets = new Set<Socket>();
  servers.push({ server, sockets });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => answer(Buffer.concat(chunks).subarray(7).toString(), stream, headers));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function respond(
  stream: http2.ServerHttp2Stream,
  { message, status = '0', text }: { message?: Buffer; status?: string; text?: string },
): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () =>
    stream.sendTrailers({ 'grpc-status': status, ...(text === undefined ? {} : { 'grpc-message': text }) }),
  );
  stream.end(message);
}

/** A HealthCheckResponse in its frame; the state 0 is left out as proto3 does. */
function response(state: number): Buffer {
  return state === 0 ? Buffer.of(0, 0, 0, 0, 0) : Buffer.of(0, 0, 0, 0, 2, 8, state);
}

describe('grpc', () => {
  it.each([
    [1, true, 'SERVING'],
    [0, false, 'the server is UNKNOWN'],
    [2, false, 'the server is NOT_SERVING'],
    [3, false, 'the server is SERVICE_UNKNOWN'],
    [9, false, 'the server is state 9'],
  ])('state %i passes: %j', async (state, ok, message) => {
    const address = await healthServer((_service, stream) => respond(stream, { message: response(state) }));
    expect(await attempt({ grpc: address })).toMatchObject({ ok, message });
    await until(() => servers[0]?.sockets.size === 0, 'the connection is closed');
  });

  it('asks the standard method for the service', async () => {
    const seen: unknown[] = [];
    const address = await healthServer((service, stream, headers) => {
      seen.push(
        service,
        headers[':method'],
        headers[':path'],
        headers['content-type'],
        headers['te'],
        headers[':authority'],
      );
      respond(stream, { message: response(service === 'shop.Cart' ? 1 : 2) });
    });
    expect(await attempt({ grpc: { address, service: 'shop.Cart' } })).toMatchObject({ ok: true });
    expect(await attempt({ grpc: { address, service: 'other', authority: 'shop.test' } })).toMatchObject({
      ok: false,
      message: 'other is NOT_SERVING',
    });
    const standard = ['POST', '/grpc.health.v1.Health/Check', 'application/grpc', 'trailers'];
    expect(seen).toEqual(['shop.Cart', ...standard, address, 'other', ...standard, 'shop.test']);
  });

  it.each([
    ['5', undefined, 'the service is not known to the server'],
    ['12', 'unimplemented', 'the server does not offer grpc.health.v1 (unimplemented)'],
    ['14', undefined, 'the server says that it is unavailable'],
    ['13', 'oops', 'grpc status 13 (oops)'],
  ])('fails at grpc status %s', async (status, text, message) => {
    const address = await healthServer((_service, stream) =>
      respond(stream, { status, ...(text === undefined ? {} : { text }) }),
    );
    expect(await attempt({ grpc: address })).toMatchObject({ ok: false, message });
  });

  it('fails at an answer in headers only, at another status, and at a message that is none', async () => {
    const address = await healthServer((service, stream) => {
      if (service === 'headers') stream.respond({ ':status': 200, 'grpc-status': '12' }, { endStream: true });
      if (service === 'http') stream.respond({ ':status': 404 }, { endStream: true });
      if (service === 'garbage') respond(stream, { message: Buffer.from('not a message') });
      if (service === 'cut') respond(stream, { message: Buffer.of(0, 0, 0, 0, 2, 8) });
      if (service === 'reset') stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    });
    const ask = (service: string): ReturnType<typeof attempt> => attempt({ grpc: { address, service } });
    expect(await ask('headers')).toMatchObject({ ok: false, message: 'the server does not offer grpc.health.v1' });
    expect(await ask('http')).toMatchObject({
      ok: false,
      message: 'this is not grpc: it answers with HTTP status 404',
    });
    expect(await ask('garbage')).toMatchObject({ ok: false, message: 'the answer is not a HealthCheckResponse' });
    expect(await ask('cut')).toMatchObject({ ok: false, message: 'the answer is not a HealthCheckResponse' });
    expect(await ask('reset')).toMatchObject({ ok: false });
  });

  it('does not read an endless message', async () => {
    let isClosed = false;
    const address = await healthServer((_service, stream) => {
      stream.respond({ ':status': 200 });
      const pump = (): void => {
        while (!stream.destroyed && stream.write(Buffer.alloc(16_384)));
      };
      stream.on('drain', pump);
      stream.on('close', () => (isClosed = true));
      pump();
    });
    expect(await attempt({ grpc: address })).toMatchObject({
      ok: false,
      message: expect.stringContaining('more than 64 KiB'),
    });
    await until(() => isClosed, 'the stream is closed');
  });

  it('costs its deadline when the server never answers', async () => {
    const address = await healthServer(() => {});
    expect(await attempt({ grpc: address }, { deadlineMs: 100 })).toMatchObject({
      ok: false,
      message: 'timed out after 100 ms while waiting for the health state',
    });
    await until(() => servers[0]?.sockets.size === 0, 'the connection is closed');
  });

  it('speaks HTTP/2 over TLS, too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tappet-grpc-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { key, cert } = makeCertificate(folder);
    const server = http2.createSecureServer({
      key: await readFile(key),
      cert: await readFile(cert),
      allowHTTP1: false,
    });
    const seen: unknown[] = [];
    server.on('stream', (stream, headers) => {
      seen.push(headers[':scheme']);
      respond(stream, { message: response(1) });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const address = (server.address() as AddressInfo).port;
    expect(await attempt({ grpc: { address, tls: { ca: cert, days_left: 3 } } })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^SERVING, certificate for \d+ days$/),
    });
    expect(await attempt({ grpc: { address, tls: true } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('self-signed'),
    });
    expect(seen).toEqual(['https']);
  });
});
