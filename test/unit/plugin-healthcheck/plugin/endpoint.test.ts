import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { PluginHarness } from '@tappet/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { harnessWith, service, type Switches, switches } from './bench.ts';

let flags: Switches;
let socket: string;
beforeEach(() => {
  flags = switches();
  socket = join(flags.folder, 'health.sock');
});
afterEach(() => flags.dispose());

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

function get(path: string, { accept, method = 'GET' }: { accept?: string; method?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = accept === undefined ? {} : { accept };
    const outgoing = request({ socketPath: socket, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function config(more: object = {}): {
  plugins: Record<string, unknown>;
  services: { name: string; command: string }[];
} {
  const web = { ...flags.probe('web'), interval: 1, name: 'page', failure_threshold: 1 };
  const live = { ...flags.probe('alive'), interval: 1, kind: 'liveness', on_failure: 'ignore', failure_threshold: 1 };
  return {
    plugins: { healthcheck: { listen: `unix:${socket}`, ...more } },
    services: [service('web', { healthcheck: [web, live] }), service('plain')],
  };
}

describe('the health endpoint', () => {
  it('tells readiness, liveness and both, for all and for one', async () => {
    await using harness = await harnessWith(config());
    await harness.advance(500);
    expect(await get('/readyz')).toMatchObject({ status: 503 });
    expect(await get('/livez')).toMatchObject({ status: 200 });
    flags.on('web', 'alive');
    await harness.advance(3000);
    for (const path of ['/readyz', '/livez', '/healthz', '/health/web', '/health/plain'])
      expect(await get(path), path).toMatchObject({
        status: 200,
        type: 'application/health+json',
        body: '{"status":"pass"}\n',
      });
    flags.off('web');
    await harness.advance(2000);
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      body: '{"status":"fail","output":"not ready: web (page)"}\n',
    });
    expect(await get('/livez')).toMatchObject({ status: 200 });
    expect(await get('/health/web')).toMatchObject({ status: 503 });
    expect(await get('/health/plain')).toMatchObject({ status: 200 });
  });

  it('calls nothing ready that is not live', async () => {
    flags.on('web', 'alive');
    await using harness = await harnessWith(config());
    await harness.advance(3000);
    flags.off('alive');
    await harness.advance(2000);
    for (const path of ['/readyz', '/livez', '/healthz', '/health/web'])
      expect(await get(path), path).toMatchObject({ status: 503 });
  });

  it('calls a supervisor without checks healthy', async () => {
    await using harness = await harnessWith({ ...config(), services: [service('plain')] });
    await harness.advance(10);
    for (const path of ['/readyz', '/livez', '/healthz', '/health/plain'])
      expect(await get(path), path).toMatchObject({ status: 200 });
  });

  it('calls a service that is not up unhealthy, and the whole not ready when it has checks', async () => {
    flags.on('web', 'alive');
    await using harness = await harnessWith(config());
    await harness.advance(3000);
    for (const name of ['web', 'plain'])
      void harness.supervisor.submit(name, { action: 'stop', actor: 'user', reason: 'test' });
    await harness.until('web', 'STOPPED');
    expect(await get('/health/web')).toMatchObject({ status: 503 });
    expect(await get('/health/plain')).toMatchObject({ status: 503 });
    expect(await get('/readyz', { accept: 'text/plain' })).toMatchObject({
      status: 503,
      body: 'not ready: web (web is STOPPED)\n',
    });
    expect(await get('/livez')).toMatchObject({ status: 200 });
  });

  it.each([
    ['text/plain', 'text/plain; charset=utf-8'],
    ['text/plain;q=0.5, application/json', 'application/health+json'],
    ['application/json;q=0.1, text/*;q=0.2', 'text/plain; charset=utf-8'],
    ['text/plain, */*;q=0.1', 'text/plain; charset=utf-8'],
    ['*/*', 'application/health+json'],
    ['image/png', 'application/health+json'],
    ['text/plain;q=x', 'application/health+json'],
  ])('answers Accept: %s with %s', async (accept, type) => {
    await using harness = await harnessWith(config());
    expect(harness.state('web')).toBeDefined();
    expect((await get('/livez', { accept })).type).toBe(type);
  });

  it('shows every check when asked to', async () => {
    flags.on('web');
    await using harness = await harnessWith(config());
    await harness.advance(3000);
    const body = JSON.parse((await get('/healthz?verbose')).body) as unknown;
    expect(body).toMatchObject({
      status: 'fail',
      checks: {
        'web:page': [{ componentId: 'web', componentType: 'readiness', status: 'pass', observedUnit: 'ms' }],
        'web:liveness-file': [{ componentType: 'liveness', status: 'fail' }],
      },
    });
    const { body: text } = await get('/health/web?verbose', { accept: 'text/plain' });
    expect(text.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^\[\+] web page up: /),
      expect.stringMatching(/^\[-] web liveness-file down: /),
    ]);
  });

  it('says what it does not serve, and changes nothing', async () => {
    await using harness = await harnessWith(config());
    expect(harness.state('web')).toBeDefined();
    expect(await get('/')).toMatchObject({ status: 404, body: expect.stringContaining('/readyz') });
    expect(await get('/health/nobody')).toMatchObject({ status: 404 });
    expect(await get('/health/%zz')).toMatchObject({ status: 404 });
    expect(await get('/livez', { method: 'POST' })).toMatchObject({ status: 405 });
    expect(await get('/livez', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it('lives through garbage, a header without end and a client that says nothing', async () => {
    await using harness = await harnessWith(config());
    expect(harness.state('web')).toBeDefined();
    const silent = connect(socket);
    await new Promise((resolve) => silent.once('connect', resolve));
    const say = (text: string): Promise<string> =>
      new Promise((resolve) => {
        let heard = '';
        const client = connect(socket, () => client.write(text));
        client.on('data', (data) => (heard += data.toString('latin1')));
        client.on('error', () => resolve(heard));
        client.on('close', () => resolve(heard));
      });
    expect(await say('\0\xff rubbish\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await say(`GET /livez HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await get('/livez')).toMatchObject({ status: 200 });
    silent.destroy();
  });

  it('stays open across a reload, and moves when its address does', async () => {
    flags.on('web', 'alive');
    const before = config();
    await using harness = await harnessWith(before);
    await harness.advance(3000);
    const held = connect(socket);
    await new Promise((resolve) => held.once('connect', resolve));
    const closed = new Promise((resolve) => held.once('close', resolve));
    await harness.reload({ ...before, services: [...before.services, service('new')] });
    expect(held.destroyed).toBe(false);
    expect(await get('/readyz')).toMatchObject({ status: 200 });
    const old = socket;
    socket = join(flags.folder, 'moved.sock');
    await harness.reload({ ...before, plugins: { healthcheck: { listen: socket } } });
    expect(await get('/readyz')).toMatchObject({ status: 200 });
    expect(existsSync(old)).toBe(false);
    await closed;
  });

  it('ends the start when its address is taken, with the reason', async () => {
    await using harness = await harnessWith(config());
    expect(harness.state('web')).toBeDefined();
    await expect(harnessWith(config())).rejects.toThrow(`cannot listen on unix:${socket}: it is in use`);
    expect(await get('/livez')).toMatchObject({ status: 200 });
  });
});

describe('a reload that moves the endpoint to an address that is taken', () => {
  it('is refused, and the old one goes on answering', async () => {
    await using first = await harnessWith(config());
    const taken = socket;
    socket = join(flags.folder, 'second.sock');
    const own = config();
    await using second = await harnessWith(own);
    await expect(second.reload({ ...own, plugins: { healthcheck: { listen: `unix:${taken}` } } })).rejects.toThrow(
      'it is in use',
    );
    expect(await get('/livez')).toMatchObject({ status: 200 });
    socket = taken;
    expect(await get('/livez')).toMatchObject({ status: 200 });
    expect(first.complaints()).toEqual([]);
  });
});

describe('a drain', () => {
  it('turns /readyz to 503 first, waits, and then services stop', async () => {
    flags.on('web', 'alive');
    const harness = await harnessWith(config({ drain: 5 }));
    await harness.advance(3000);
    harness.supervisor.requestStop('test');
    await harness.advance(4900);
    expect(await get('/readyz', { accept: 'text/plain' })).toMatchObject({
      status: 503,
      body: 'not ready: shutting down\n',
    });
    expect(await get('/health/web')).toMatchObject({ status: 503 });
    expect(await get('/livez')).toMatchObject({ status: 200 });
    expect([harness.state('web'), harness.state('plain')]).toEqual(['RUNNING', 'RUNNING']);
    await harness.advance(200);
    expect([harness.state('web'), harness.state('plain')]).toEqual(['STOPPED', 'STOPPED']);
    await harness.close();
    expect(existsSync(socket)).toBe(false);
    expect(harness.complaints()).toEqual([]);
  });

  it('is cut short when the shutdown is hurried', async () => {
    const harness = await harnessWith(config({ drain: 20 }));
    harness.supervisor.requestStop('test');
    await harness.advance(100);
    harness.supervisor.hurry();
    await harness.advance(1500);
    expect(harness.state('web')).toBe('STOPPED');
    await harness.close();
  });

  it('also comes before the stop of a single service that is in use', async () => {
    flags.on('web', 'alive');
    await using harness = await harnessWith(config({ drain: 5 }));
    await harness.advance(3000);
    for (const name of ['web', 'plain'])
      void harness.supervisor.submit(name, { action: 'restart', actor: 'user', reason: 'test' });
    await harness.advance(4900);
    expect(await get('/health/web')).toMatchObject({ status: 503 });
    expect(harness.processes.actionsOf('web').filter((line) => line.includes('signal'))).toEqual([]);
    expect(harness.state('plain')).toBe('RUNNING');
    await harness.advance(2000);
    expect(harness.state('web')).toBe('RUNNING');
    await drainAway(harness);
  });

  it('does not delay the restart of what is broken', async () => {
    flags.on('web', 'alive');
    const base = config({ drain: 20 });
    const live = { ...flags.probe('alive'), interval: 1, kind: 'liveness', failure_threshold: 1 };
    const web = service('web', { healthcheck: [{ ...flags.probe('web'), interval: 1 }, live] });
    await using harness = await harnessWith({ ...base, services: [web] });
    await harness.advance(3000);
    flags.off('alive');
    await harness.until('web', 'STOPPING');
    await harness.advance(100);
    expect(harness.state('web')).not.toBe('STOPPING');
    await drainAway(harness);
  });
});

/** Goes down before the end of the test does it: that would wait in real time for what is to come. */
async function drainAway(harness: PluginHarness): Promise<void> {
  harness.supervisor.requestStop('test');
  await harness.advance(25_000);
}
