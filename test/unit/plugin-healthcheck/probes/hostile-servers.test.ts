import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeIdleConnections } from '@tappet/plugin-healthcheck/probes';
import { afterAll, describe, expect, it } from 'vitest';
import { attempt, until } from '../../../fixtures/probes/attempt.ts';
import { closedPort, dripping, endlessly, scriptedServer } from '../../../fixtures/probes/scripted-server.ts';

/** Every probe that talks with a server, by how it is written for an address. */
const NETWORK_PROBES: Readonly<Record<string, (address: string) => unknown>> = {
  http: (address) => ({ http: `http://${address}/` }),
  'http with a body': (address) => ({ http: { url: `http://${address}/`, body: 'fine' } }),
  https: (address) => ({ https: { url: `https://${address}/`, tls: { verify: false } } }),
  'tcp that expects': (address) => ({ tcp: { address, send: 'hello', expect: 'welcome' } }),
  'tcp over tls': (address) => ({ tcp: { address, tls: { verify: false } } }),
  grpc: (address) => ({ grpc: address }),
  redis: (address) => ({ redis: address }),
  'redis with a password': (address) => ({ redis: { address, password: 'x' } }),
  memcached: (address) => ({ memcached: address }),
  postgres: (address) => ({ postgres: address }),
  mysql: (address) => ({ mysql: address }),
  smtp: (address) => ({ smtp: address }),
  ssh: (address) => ({ ssh: address }),
  'dns over tcp': (address) => ({ dns: { address, transport: 'tcp' } }),
  imap: (address) => ({ imap: address }),
  pop3: (address) => ({ pop3: address }),
  ftp: (address) => ({ ftp: address }),
  ldap: (address) => ({ ldap: address }),
  mqtt: (address) => ({ mqtt: address }),
  amqp: (address) => ({ amqp: address }),
  'amqp 1.0': (address) => ({ amqp: { address, version: '1.0' } }),
  websocket: (address) => ({ websocket: `ws://${address}/` }),
};

const MANY_BYTES = 64 * 1024;

/** Servers that no probe may call healthy. */
const HOSTILE: Readonly<Record<string, (socket: net.Socket) => void>> = {
  'closes at once': (socket) => socket.destroy(),
  'ends politely without a word': (socket) => void socket.end(),
  'accepts and stays silent': () => {},
  'sends random bytes and stays': (socket) => void socket.write(randomBytes(4096)),
  'sends zeros without end': endlessly(Buffer.alloc(MANY_BYTES)),
  'sends short lines without end': endlessly(Buffer.from('no\r\n'.repeat(MANY_BYTES / 4))),
  'sends one line without end': endlessly(Buffer.alloc(MANY_BYTES, 'a')),
  'drips a byte now and then': dripping('nonsense\n', 15),
  'answers anything as an angry web server': (socket) => {
    socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
  },
  'sends interim answers without end': endlessly(Buffer.from('HTTP/1.1 102 Processing\r\n\r\n'.repeat(2000))),
  'sends 0xff': (socket) => void socket.write(Buffer.alloc(300, 0xff)),
};

const DEADLINE_MS = 400;
const LOADED_MACHINE_MS = 3000;

afterAll(closeIdleConnections);

describe.concurrent.each(Object.entries(NETWORK_PROBES))('%s', (_name, rawFor) => {
  it('fails when nobody listens', async () => {
    const result = await attempt(rawFor(`127.0.0.1:${await closedPort()}`));
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('connection refused') });
  });

  it.each(Object.entries(HOSTILE))(
    'fails within its deadline and lets go of a server that %s',
    async (_what, serve) => {
      await using server = await scriptedServer(serve);
      const beganMs = performance.now();
      const result = await attempt(rawFor(server.address), { deadlineMs: DEADLINE_MS });
      expect(result.ok).toBe(false);
      expect(result.message.length).toBeGreaterThan(3);
      expect(performance.now() - beganMs).toBeLessThan(DEADLINE_MS + LOADED_MACHINE_MS);
      await until(() => server.open === 0, 'the connection is closed');
      // The limit is 64 KiB read; the rest is what the kernel took over for the two sockets.
      expect(server.sentBytes).toBeLessThan(16 * 1024 * 1024);
    },
  );

  it('ends and lets go when it is aborted', async () => {
    await using server = await scriptedServer(() => {});
    const abort = new AbortController();
    const running = attempt(rawFor(server.address), { signal: abort.signal });
    await until(() => server.accepted > 0, 'the probe has connected');
    abort.abort();
    expect(await running).toMatchObject({ ok: false, message: 'aborted' });
    await until(() => server.open === 0, 'the connection is closed');
  });
});

describe('unix', () => {
  it('fails at a path without a socket, and passes at one with a server', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tappet-probe-'));
    try {
      const path = join(folder, 'app.sock');
      expect(await attempt({ unix: path })).toMatchObject({
        ok: false,
        message: expect.stringContaining('there is no such socket'),
      });
      await using server = await scriptedServer((socket) => void socket.write('220 hello\r\n'), { path });
      expect(await attempt({ unix: path })).toMatchObject({ ok: true, message: 'connected' });
      expect(await attempt({ unix: { path, expect: 'hello' } })).toMatchObject({ ok: true });
      expect(await attempt({ unix: { path, expect: 'goodbye' } }, { deadlineMs: 100 })).toMatchObject({ ok: false });
      await until(() => server.open === 0, 'the connections are closed');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('an attempt', () => {
  it('is a failed result when it is aborted before it begins, and nothing is opened', async () => {
    await using server = await scriptedServer(() => {});
    const result = await attempt({ tcp: server.address }, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ ok: false, message: 'aborted' });
    expect(server.accepted).toBe(0);
  });

  it('says what it was waiting for when time is up', async () => {
    await using server = await scriptedServer(() => {});
    const result = await attempt({ redis: server.address }, { deadlineMs: 50 });
    expect(result.message).toBe('timed out after 50 ms while waiting for the answer to PING');
    expect(result.detail).toEqual({ timeout: true });
  });

  it('does not take a host name for an address that it is not', async () => {
    const result = await attempt({ tcp: 'no-such-host.invalid:80' });
    expect(result).toMatchObject({
      ok: false,
      message: expect.stringContaining('cannot connect to no-such-host.invalid:80'),
    });
  });

  it('finds localhost on whichever of its addresses the server listens', async () => {
    await using server = await scriptedServer(() => {});
    expect(await attempt({ tcp: `localhost:${server.port}` })).toMatchObject({ ok: true });
  });
});
