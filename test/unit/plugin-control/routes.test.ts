import { request } from 'node:http';
import { ConfigError } from '@tappet/core';
import { describe, expect, it } from 'vitest';
import { fakePlugin } from './fake-supervisor.ts';
import { serveFake } from './serve-fake.ts';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

function raw(
  socketPath: string,
  options: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const outgoing = request({ socketPath, agent: false, ...rest }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (piece: string) => (text += piece));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('reading', () => {
  it('answers status, one service, why and plugins', async () => {
    await using served = await serveFake([{ name: 'web' }, { name: 'db', state: 'FAILED' }]);
    served.supervisor.pluginReports = [fakePlugin('demo', ['hello'])];
    const status = await served.client.status();
    expect(status.services.map((service) => [service.name, service.state])).toEqual([
      ['web', 'RUNNING'],
      ['db', 'FAILED'],
    ]);
    expect((await served.client.service('db')).state).toBe('FAILED');
    expect((await served.client.why('web')).reason).toBe('because');
    expect((await served.client.plugins()).map((plugin) => plugin.name)).toEqual(['demo']);
  });

  it('answers 404 with the nearest name for an unknown service', async () => {
    await using served = await serveFake([{ name: 'web-server' }]);
    await expect(served.client.why('web-sever')).rejects.toMatchObject({
      name: 'ControlError',
      status: 404,
      code: 'ERR_SERVICE_UNKNOWN',
      hint: 'did you mean "web-server"?',
    });
  });

  it('answers curl as it comes', async () => {
    await using served = await serveFake();
    const answer = await raw(served.socket, { path: '/v1/status', headers: { host: 'localhost' } });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.body)).toMatchObject({ project: 'fake' });
  });
});

describe('operations', () => {
  it('starts services after what they depend on, and stops them before', async () => {
    await using served = await serveFake([
      { name: 'web', dependsOn: ['api'] },
      { name: 'api', dependsOn: ['db'] },
      { name: 'db' },
    ]);
    const report = await served.client.start({ names: ['web', 'db'] });
    expect(report.results.map((result) => [result.service, result.outcome])).toEqual([
      ['web', 'done'],
      ['db', 'done'],
    ]);
    expect(served.supervisor.submitted.map((entry) => entry.service)).toEqual(['db', 'web']);
    served.supervisor.submitted.length = 0;
    await served.client.stop({ all: true, reason: 'test' });
    expect(served.supervisor.submitted).toEqual(
      ['web', 'api', 'db'].map((service) => ({
        service,
        intent: { action: 'stop', actor: 'user', reason: 'test', signal: undefined },
      })),
    );
  });

  it('leaves disabled services out of "all"', async () => {
    await using served = await serveFake([{ name: 'web' }, { name: 'debug', enabled: false }]);
    const report = await served.client.restart({ all: true });
    expect(report.results.map((result) => result.service)).toEqual(['web']);
  });

  it('takes the common name of instances for all of them', async () => {
    await using served = await serveFake([
      { name: 'web@1', instanceOf: 'web' },
      { name: 'web@2', instanceOf: 'web' },
    ]);
    const report = await served.client.stop({ names: ['web'] });
    expect(report.results.map((result) => result.service)).toEqual(['web@1', 'web@2']);
  });

  it('does nothing at all when one of the names is unknown', async () => {
    await using served = await serveFake();
    await expect(served.client.stop({ names: ['web', 'nope'] })).rejects.toMatchObject({ status: 404 });
    expect(served.supervisor.submitted).toEqual([]);
  });

  it('reports the outcome of each service', async () => {
    await using served = await serveFake([{ name: 'a' }, { name: 'b' }]);
    served.supervisor.onSubmit = (service) =>
      service === 'a' ? { outcome: 'refused', message: 'held' } : { outcome: 'failed', message: 'exit code 1' };
    const report = await served.client.start({ names: ['a', 'b'] });
    expect(report.results).toEqual([
      { service: 'a', outcome: 'refused', message: 'held' },
      { service: 'b', outcome: 'failed', message: 'exit code 1' },
    ]);
  });

  it('answers 409 when the only service refuses', async () => {
    await using served = await serveFake();
    served.supervisor.onSubmit = () => ({ outcome: 'refused', message: 'a shutdown is in progress' });
    const answer = await raw(served.socket, {
      method: 'POST',
      path: '/v1/services/web/start',
      headers: { host: 'tappet' },
    });
    expect(answer.status).toBe(409);
    expect(JSON.parse(answer.body)).toEqual({
      code: 'ERR_INTENT_REFUSED',
      message: 'cannot start web: a shutdown is in progress',
      hint: 'see "tappet why web"',
    });
  });

  it('answers at once when nobody waits', async () => {
    await using served = await serveFake();
    served.supervisor.onSubmit = () => new Promise(() => undefined);
    const report = await served.client.restart({ names: ['web'], wait: false });
    expect(report.results).toEqual([{ service: 'web', outcome: 'accepted', message: 'restart accepted' }]);
    expect(served.supervisor.submitted).toHaveLength(1);
  });

  it('takes signals with and without SIG and refuses unknown ones', async () => {
    await using served = await serveFake();
    await served.client.signal({ names: ['web'], signal: 'hup' });
    await served.client.signal({ names: ['web'], signal: 'SIGUSR1' });
    expect(served.supervisor.submitted.map((entry) => entry.intent.signal)).toEqual(['SIGHUP', 'SIGUSR1']);
    await expect(served.client.signal({ names: ['web'], signal: 'constructor' })).rejects.toMatchObject({
      status: 400,
      message: 'cannot send signal "constructor": there is no such signal',
    });
  });

  it.each([
    ['neither names nor all', {}],
    ['both', { names: ['web'], all: true }],
  ])('refuses a request that names %s', async (_summary, body) => {
    await using served = await serveFake();
    await expect(served.client.start(body)).rejects.toMatchObject({ status: 400, code: 'ERR_CONTROL_REQUEST' });
  });
});

describe('the supervisor as a whole', () => {
  it('reloads, and hands on every issue of a refused configuration', async () => {
    await using served = await serveFake();
    expect(await served.client.reload()).toMatchObject({ unchanged: 1 });
    served.supervisor.onReload = () =>
      Promise.reject(
        new ConfigError([{ code: 'ERR_CONFIG_TYPE', message: 'bad', path: ['services', 0], file: 's.toml', line: 3 }]),
      );
    await expect(served.client.reload()).rejects.toMatchObject({
      status: 422,
      code: 'ERR_CONFIG_INVALID',
      issues: [{ message: 'bad', line: 3 }],
    });
  });

  it('asks for the shutdown with the reason given', async () => {
    await using served = await serveFake();
    await served.client.shutdown('maintenance');
    expect(served.supervisor.stops).toEqual([{ reason: 'maintenance', exitCode: undefined }]);
  });

  it('calls only methods that a plugin exposed, by their own names', async () => {
    await using served = await serveFake();
    served.supervisor.pluginReports = [fakePlugin('demo', ['greet'])];
    served.supervisor.onCall = (plugin, method, params) => Promise.resolve({ plugin, method, params });
    expect(await served.client.call('demo', 'greet', { name: 'x' })).toEqual({
      plugin: 'demo',
      method: 'greet',
      params: { name: 'x' },
    });
    await expect(served.client.call('demo', 'great')).rejects.toMatchObject({
      status: 404,
      hint: 'did you mean "greet"?',
    });
    for (const name of ['__proto__', 'constructor', 'toString']) {
      await expect(served.client.call(name, 'greet')).rejects.toMatchObject({ status: 404 });
      await expect(served.client.call('demo', name)).rejects.toMatchObject({ status: 404 });
    }
  });

  it('releases a tap in quarantine and names those that are when it is another', async () => {
    await using served = await serveFake();
    const tap = { hook: 'onExit', stage: 'normal', calls: 1, errors: 1, timeouts: 0, p50Ms: 0, p99Ms: 0 } as const;
    const more = { maxMs: 0, slow: false, quarantined: true, lastError: 'x', label: 'demo:boom' };
    served.supervisor.pluginReports = [{ ...fakePlugin('demo', []), taps: [{ ...tap, ...more }] }];
    await expect(served.client.releaseTap('demo:other')).rejects.toMatchObject({ hint: 'in quarantine: demo:boom' });
    await served.client.releaseTap('demo:boom');
    expect(served.supervisor.released).toEqual(['demo:boom']);
  });
});

describe('requests that are refused', () => {
  it.each([
    ['an Origin', { path: '/v1/status', headers: { host: 'localhost', origin: 'http://evil.example' } }, 403],
    ['a foreign Host', { path: '/v1/status', headers: { host: 'evil.example' } }, 403],
    ['a browser', { path: '/v1/status', headers: { host: 'localhost', 'sec-fetch-site': 'same-origin' } }, 403],
    [
      'a form',
      {
        method: 'POST',
        path: '/v1/shutdown',
        headers: { host: 'tappet', 'content-type': 'application/x-www-form-urlencoded' },
        body: 'a=1',
      },
      415,
    ],
    ['a change by GET', { path: '/v1/shutdown', headers: { host: 'tappet' } }, 405],
    ['an unknown path', { path: '/v1/nothing', headers: { host: 'tappet' } }, 404],
    ['an inherited name as path', { path: '/v1/constructor', headers: { host: 'tappet' } }, 404],
    ['bad percent-encoding', { path: '/v1/why/%E0%A4%A', headers: { host: 'tappet' } }, 400],
    [
      'broken JSON',
      {
        method: 'POST',
        path: '/v1/reload',
        headers: { host: 'tappet', 'content-type': 'application/json' },
        body: '{',
      },
      400,
    ],
    [
      'an array',
      {
        method: 'POST',
        path: '/v1/reload',
        headers: { host: 'tappet', 'content-type': 'application/json' },
        body: '[]',
      },
      400,
    ],
    [
      '__proto__',
      {
        method: 'POST',
        path: '/v1/services/start',
        headers: { host: 'tappet', 'content-type': 'application/json' },
        body: '{"__proto__": {"all": true}}',
      },
      400,
    ],
    [
      'an unknown key',
      {
        method: 'POST',
        path: '/v1/services/start',
        headers: { host: 'tappet', 'content-type': 'application/json' },
        body: '{"all": true, "force": true}',
      },
      400,
    ],
  ])('%s', async (_what, options, status) => {
    await using served = await serveFake();
    const answer = await raw(served.socket, options);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({
      code: expect.stringMatching(/^ERR_/),
      message: expect.stringMatching(/^cannot /),
    });
    expect(served.supervisor.stops).toEqual([]);
    expect(served.supervisor.submitted).toEqual([]);
  });
});
