import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlError, connect } from '@tappet/plugin-control/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlServer } from '../../../packages/plugin-control/src/server/server.ts';
import { type Reply, json } from '../../../packages/plugin-control/src/server/reply.ts';
import { systemClock } from '../../../packages/core/src/clock.ts';
import { silentLogger } from '../../../packages/core/src/log.ts';

const handler = (): Promise<Reply> => Promise.resolve(json({ pid: 1 }));
const next = (): Promise<Reply> => Promise.resolve(json({ pid: 2 }));

let directory: string;
let socket: string;
let server: Server | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tappet-client-'));
  socket = join(directory, 'control.sock');
});

afterEach(async () => {
  if (server !== undefined) await new Promise((resolve) => server?.close(resolve));
  server = undefined;
  rmSync(directory, { recursive: true });
});

/** A server that answers every connection with these bytes and, unless told to stay, closes it. */
async function answering(bytes: string, { stay = false } = {}): Promise<void> {
  server = createServer((connection) => {
    connection.on('error', () => undefined);
    connection.on('data', () => (stay ? connection.write(bytes) : connection.end(bytes)));
  });
  await new Promise<void>((resolve) => server?.listen(socket, resolve));
}

describe('connect', () => {
  it('says that none is running when there is no socket', async () => {
    const failure = await connect({ socket })
      .status()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ControlError);
    expect(failure).toMatchObject({
      code: 'ERR_CONTROL_UNREACHABLE',
      status: 0,
      message: `cannot reach a supervisor at ${socket}: none is running`,
      hint: 'start one with "tappet up"',
    });
  });

  it('says the same for a socket that a dead daemon left', async () => {
    writeFileSync(socket, '');
    await expect(connect({ socket }).status()).rejects.toMatchObject({ code: 'ERR_CONTROL_UNREACHABLE' });
  });

  it.each([
    ['is silent', '', { stay: true }, 'no answer within 0.05 s'],
    ['is not HTTP', 'hello\r\n\r\n', {}, 'what answers there does not speak HTTP'],
    ['closes at once', '', {}, 'the connection was closed before an answer came'],
    [
      'breaks off in a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
      {},
      'the connection was closed in the middle of the answer',
    ],
  ])('says so when what answers %s', async (_summary, bytes, options, why) => {
    await answering(bytes, options);
    await expect(connect({ socket, timeoutMs: 50 }).status()).rejects.toMatchObject({
      code: 'ERR_CONTROL_UNREACHABLE',
      message: `cannot reach the supervisor at ${socket}: ${why}`,
    });
  });

  it('puts an answer together however it is cut', async () => {
    const text = JSON.stringify({ project: 'ünï', services: [] });
    const bytes = Buffer.from(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n${text.slice(0, 3)}\r\n` +
        `${Buffer.byteLength(text.slice(3)).toString(16)}\r\n${text.slice(3)}\r\n0\r\n\r\n`,
    );
    server = createServer((connection) => {
      connection.on('error', () => undefined);
      connection.once('data', () => {
        for (const byte of bytes) connection.write(Buffer.from([byte]));
        connection.end();
      });
    });
    await new Promise<void>((resolve) => server?.listen(socket, resolve));
    expect(await connect({ socket }).status()).toEqual({ project: 'ünï', services: [] });
  });
});

describe('ControlServer', () => {
  it('replaces the socket of a dead daemon', async () => {
    writeFileSync(socket, 'stale');
    const control = new ControlServer({ clock: systemClock, log: silentLogger });
    await control.serve(socket, handler);
    expect(await connect({ socket }).status()).toEqual({ pid: 1 });
    await control.release(handler);
  });

  it('stays open for the next generation and answers with its handler', async () => {
    const control = new ControlServer({ clock: systemClock, log: silentLogger });
    await control.serve(socket, handler);
    await control.serve(socket, next);
    await control.release(handler);
    expect(await connect({ socket }).status()).toEqual({ pid: 2 });
    await control.release(next);
    await expect(connect({ socket }).status()).rejects.toMatchObject({ code: 'ERR_CONTROL_UNREACHABLE' });
  });

  it('says what to do when the path is too long for a socket', async () => {
    const control = new ControlServer({ clock: systemClock, log: silentLogger });
    await expect(control.serve(join(directory, 'x'.repeat(100)), handler)).rejects.toMatchObject({
      code: 'ERR_STORE_IO',
      message: expect.stringContaining('Linux allows 107'),
      hint: expect.stringContaining('TAPPET_RUNTIME_DIR'),
    });
  });

  it('rejects when it cannot listen', async () => {
    const control = new ControlServer({ clock: systemClock, log: silentLogger });
    await expect(control.serve(join(directory, 'missing', 'control.sock'), handler)).rejects.toThrow(/ENOENT|EACCES/);
  });
});
