import { statSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { type ServedFake, serveFake } from './serve-fake.ts';

function open(socket: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket, () => resolve(connection));
    connection.on('error', () => undefined);
    connection.once('error', reject);
  });
}

/** Sends bytes and resolves with what came back when the server has closed the connection. */
async function provoke(served: ServedFake, bytes: string | Buffer): Promise<string> {
  const connection = await open(served.socket);
  let answer = '';
  connection.on('data', (piece) => (answer += piece.toString('latin1')));
  const closed = new Promise((resolve) => connection.once('close', resolve));
  connection.write(bytes);
  await closed;
  return answer;
}

async function statusMs(served: ServedFake): Promise<number> {
  const before = performance.now();
  expect((await served.client.status()).project).toBe('fake');
  return performance.now() - before;
}

describe('a hostile client', () => {
  it('finds a socket that only its owner may use', async () => {
    await using served = await serveFake();
    expect(statSync(served.socket).mode & 0o777).toBe(0o600);
  });

  it('cannot stop it with a megabyte of garbage', async () => {
    await using served = await serveFake();
    const answer = await provoke(served, Buffer.alloc(1024 * 1024, 0xa5));
    expect(answer).toMatch(/^(HTTP\/1\.1 400|$)/);
    expect(await statusMs(served)).toBeLessThan(2000);
  });

  it('cannot send more headers than 16 KiB', async () => {
    await using served = await serveFake();
    const answer = await provoke(served, `GET /v1/status HTTP/1.1\r\nHost: tappet\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });

  it.each([
    ['declared', 'Content-Length: 70000\r\n\r\n'],
    ['sent in chunks', `Transfer-Encoding: chunked\r\n\r\n${`4000\r\n${'z'.repeat(0x4000)}\r\n`.repeat(5)}`],
  ])('cannot send a body of more than 64 KiB, %s', async (_how, rest) => {
    await using served = await serveFake();
    const head = 'POST /v1/reload HTTP/1.1\r\nHost: tappet\r\nContent-Type: application/json\r\n';
    expect(await provoke(served, head + rest)).toMatch(/^HTTP\/1\.1 413 .*ERR_CONTROL_REQUEST/s);
  });

  it('is cut off when it does not finish its request in time', async () => {
    await using served = await serveFake(undefined, { requestMs: 100 });
    expect(await provoke(served, 'GET /v1/sta')).toBe('');
    expect(
      await provoke(
        served,
        'POST /v1/reload HTTP/1.1\r\nHost: tappet\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
      ),
    ).toBe('');
  });

  it('cannot lock others out with 200 half-open connections', async () => {
    await using served = await serveFake();
    const connections = await Promise.all(Array.from({ length: 200 }, () => open(served.socket)));
    for (const connection of connections) connection.write('GET ');
    expect(await statusMs(served)).toBeLessThan(2000);
    await vi.waitFor(
      () => expect(connections.filter((c) => !c.closed && !c.destroyed).length).toBeLessThanOrEqual(64),
      {
        timeout: 10_000,
      },
    );
    for (const connection of connections) connection.destroy();
  });

  it('cannot flood it with requests that it does not wait for', async () => {
    await using served = await serveFake();
    served.supervisor.onReload = () => new Promise(() => undefined);
    const request = 'POST /v1/reload HTTP/1.1\r\nHost: tappet\r\nContent-Length: 0\r\n\r\n';
    expect(await provoke(served, request.repeat(1000))).toBe('');
    expect(await statusMs(served)).toBeLessThan(2000);
  });

  it('gets no more streams than there is room for', async () => {
    await using served = await serveFake(undefined, { streams: 2 });
    const follow = (): AsyncIterator<unknown> => served.client.events({ follow: true })[Symbol.asyncIterator]();
    const [first, second, third] = [follow(), follow(), follow()];
    await first.next();
    await second.next();
    await expect(third.next()).rejects.toMatchObject({ status: 503 });
    await first.return?.();
    await second.return?.();
  });
});

describe('a client that goes away', () => {
  it('in the middle of a request does no harm', async () => {
    await using served = await serveFake();
    for (let count = 0; count < 50; count++) {
      const connection = await open(served.socket);
      connection.write('POST /v1/reload HTTP/1.1\r\nHost: tappet\r\nContent-Length: 5\r\n\r\n{');
      connection.destroy();
    }
    expect(await statusMs(served)).toBeLessThan(2000);
  });

  it('aborts a call into a plugin', async () => {
    await using served = await serveFake();
    served.supervisor.pluginReports = [
      { name: 'p', version: null, from: null, setupMs: 0, switchedOff: null, taps: [], methods: ['m'] },
    ];
    const abort = new AbortController();
    let seen: AbortSignal | undefined;
    served.supervisor.onCall = (_plugin, _method, _params, signal) => {
      seen = signal;
      setImmediate(() => abort.abort(new Error('gone')));
      return new Promise(() => undefined);
    };
    await expect(served.client.call('p', 'm', {}, { signal: abort.signal })).rejects.toThrow('gone');
    await vi.waitFor(() => expect(seen?.aborted).toBe(true), { timeout: 10_000 });
  });
});
