import { createHash } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { attempt, until } from '../../../fixtures/probes/attempt.ts';
import { scriptedServer } from '../../../fixtures/probes/scripted-server.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function udpServer(answer: (query: Buffer, reply: (data: Buffer) => void) => void): Promise<string> {
  const socket: UdpSocket = createSocket('udp4');
  socket.on('message', (query, from) => answer(query, (data) => socket.send(data, from.port, from.address)));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closers.push(() => new Promise((resolve) => socket.close(() => resolve())));
  return `127.0.0.1:${socket.address().port}`;
}

/** The query as an answer with this code and these records. */
function dnsAnswer(query: Buffer, code: number, ...records: readonly Buffer[]): Buffer {
  const answer = Buffer.concat([query, ...records]);
  answer.writeUInt16BE(0x8180 | code, 2);
  answer.writeUInt16BE(records.length, 6);
  return answer;
}

function record(type: number, data: Buffer): Buffer {
  const head = Buffer.from('c00c00000001000000000000', 'hex');
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

const A = record(1, Buffer.of(10, 0, 0, 7));
const AAAA = record(28, Buffer.from('20010db8000000000000000000000001', 'hex'));
const TXT = record(16, Buffer.from('\u0005hello'));

describe('dns', () => {
  it.each([
    [0, {}, true, 'NOERROR, 1 answers'],
    [3, {}, true, 'NXDOMAIN, 1 answers'],
    [5, {}, true, 'REFUSED, 1 answers'],
    [2, {}, false, 'the server answers SERVFAIL'],
    [0, { name: 'shop.test' }, true, 'NOERROR, 1 answers'],
    [3, { name: 'shop.test' }, false, 'the server answers NXDOMAIN, expected NOERROR'],
    [3, { name: 'gone.test', code: 'NXDOMAIN' }, true, 'NXDOMAIN, 1 answers'],
    [0, { name: 'shop.test', answer: '10.0.0.7' }, true, 'NOERROR, 1 answers'],
    [0, { name: 'shop.test', answer: '10.0.0.8' }, false, '10.0.0.8 is not among the answers (10.0.0.7)'],
  ])('code %i for %j passes: %j', async (code, options, ok, message) => {
    const address = await udpServer((query, reply) => reply(dnsAnswer(query, code, A)));
    expect(await attempt({ dns: { address, ...options } })).toMatchObject({ ok, message });
  });

  it('reads addresses of both families and text', async () => {
    const address = await udpServer((query, reply) => reply(dnsAnswer(query, 0, A, AAAA, TXT)));
    for (const answer of ['10.0.0.7', '2001:db8::1', 'hello']) {
      expect(await attempt({ dns: { address, name: 'x.test', answer } })).toMatchObject({ ok: true });
    }
  });

  it('asks for the name and the type', async () => {
    const seen: string[] = [];
    const address = await udpServer((query, reply) => {
      seen.push(query.subarray(12).toString('latin1'));
      reply(dnsAnswer(query, 0, A));
    });
    await attempt({ dns: { address, name: 'www.shop.test.', type: 'MX' } });
    await attempt({ dns: { address, name: '.', type: 'NS' } });
    expect(seen).toEqual(['\u0003www\u0004shop\u0004test\0\0\u000f\0\u0001', '\0\0\u0002\0\u0001']);
  });

  it('waits on when a stranger answers, and asks again', async () => {
    let queries = 0;
    const address = await udpServer((query, reply) => {
      queries++;
      const forged = Buffer.from(query);
      forged.writeUInt16BE((query.readUInt16BE(0) + 1) & 0xffff, 0);
      reply(dnsAnswer(forged, 0, A));
      reply(Buffer.from('x'));
      reply(query);
      if (queries === 2) reply(dnsAnswer(query, 0, A));
    });
    expect(await attempt({ dns: address })).toMatchObject({ ok: true });
    expect(queries).toBe(2);
  });

  it('survives answers that are cut off anywhere', async () => {
    let length = 12;
    const address = await udpServer((query, reply) => reply(dnsAnswer(query, 0, A, AAAA, TXT).subarray(0, length)));
    for (; length < 90; length++) expect((await attempt({ dns: address })).message).toBe('NOERROR, 3 answers');
  });

  it('costs its deadline when nobody answers', async () => {
    const address = await udpServer(() => {});
    expect(await attempt({ dns: address }, { deadlineMs: 100 })).toMatchObject({
      ok: false,
      detail: { timeout: true },
    });
  });

  it('fails at once when the port is closed', async () => {
    const address = await udpServer(() => {});
    await closers.pop()?.();
    expect(await attempt({ dns: address })).toMatchObject({
      ok: false,
      message: expect.stringContaining('connection refused'),
    });
  });

  it('fails when the server itself has no address', async () => {
    const result = await attempt({ dns: 'no-such-host.invalid:53' });
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('cannot ask no-such-host.invalid:53') });
  });

  it('goes over TCP too', async () => {
    await using server = await scriptedServer((socket) => {
      socket.on('data', (data: Buffer) => {
        const answer = dnsAnswer(data.subarray(2), 0, A);
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      });
    });
    expect(
      await attempt({ dns: { address: server.address, transport: 'tcp', name: 'x', answer: '10.0.0.7' } }),
    ).toMatchObject({ ok: true });
  });
});

/** A websocket server after the handshake; `speak` gets what the client sends next, unmasked. */
async function websocketServer(
  speak: (payload: Buffer, socket: Socket) => void,
  { accept }: { accept?: string } = {},
): Promise<string> {
  const server = http.createServer();
  const sockets = new Set<Socket>();
  server.on('upgrade', (request, socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const key = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept ?? key}\r\n\r\n`,
    );
    socket.on('data', (frame: Buffer) =>
      speak(Buffer.from(frame.subarray(6, 14).map((byte, at) => byte ^ (frame[2 + (at % 4)] ?? 0))), socket),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/live`;
}

const pong = (payload: Buffer): Buffer => Buffer.of(0x8a, payload.length, ...payload);

describe('websocket', () => {
  it('passes after handshake, ping and pong, whatever the server says in between', async () => {
    const url = await websocketServer((payload, socket) => {
      const long = Buffer.concat([Buffer.of(0x82, 126, 1, 0), Buffer.alloc(256)]);
      const longer = Buffer.concat([Buffer.of(0x82, 127, 0, 0, 0, 0, 0, 0, 1, 0), Buffer.alloc(256)]);
      socket.write(
        Buffer.concat([
          Buffer.from('\u0081\u0005hello', 'latin1'),
          long,
          longer,
          pong(Buffer.from('another!')),
          pong(payload),
        ]),
      );
    });
    expect(await attempt({ websocket: url })).toMatchObject({ ok: true, message: 'pong' });
  });

  it('fails when the handshake is refused or answered with a wrong key', async () => {
    const plain = http.createServer((_request, response) => response.writeHead(403).end());
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    closers.push(async () => {
      plain.closeAllConnections();
      await new Promise((resolve) => plain.close(resolve));
    });
    const url = `ws://127.0.0.1:${(plain.address() as AddressInfo).port}/`;
    expect(await attempt({ websocket: url })).toMatchObject({
      ok: false,
      message: expect.stringContaining('HTTP/1.1 403'),
      detail: { status: 403 },
    });
    expect(await attempt({ websocket: await websocketServer(() => {}, { accept: 'wrong' }) })).toMatchObject({
      ok: false,
      message: 'the server accepts the handshake with a wrong key',
    });
  });

  it('fails when the server closes, sends masked frames, or never pongs', async () => {
    const closing = await websocketServer((_payload, socket) => void socket.write(Buffer.of(0x88, 2, 3, 0xe9)));
    expect(await attempt({ websocket: closing })).toMatchObject({
      ok: false,
      message: 'the server closes the connection instead of a pong',
    });
    const masked = await websocketServer(
      (_payload, socket) => void socket.write(Buffer.of(0x81, 0x81, 0, 0, 0, 0, 65)),
    );
    expect(await attempt({ websocket: masked })).toMatchObject({
      ok: false,
      message: 'the server sends what is no websocket frame',
    });
    const huge = await websocketServer(
      (_payload, socket) => void socket.write(Buffer.of(0x82, 127, 0, 0, 255, 255, 255, 255, 255, 255)),
    );
    expect(await attempt({ websocket: huge }, { deadlineMs: 100 })).toMatchObject({ ok: false });
    const silent = await websocketServer(() => {});
    expect(await attempt({ websocket: silent }, { deadlineMs: 100 })).toMatchObject({
      ok: false,
      message: 'timed out after 100 ms while waiting for the pong',
    });
  });

  it('sends the headers and the protocol asked for', async () => {
    const seen: http.IncomingHttpHeaders[] = [];
    const server = http.createServer((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    server.on('upgrade', (request, socket) => {
      seen.push(request.headers);
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(
      await attempt({ websocket: { url, headers: { Origin: 'https://shop.test' }, protocol: 'chat' } }),
    ).toMatchObject({ ok: false });
    await until(() => seen.length === 1, 'the request arrived');
    expect(seen[0]).toMatchObject({
      origin: 'https://shop.test',
      'sec-websocket-protocol': 'chat',
      'sec-websocket-version': '13',
    });
  });
});
