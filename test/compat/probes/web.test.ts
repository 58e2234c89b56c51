import { readFile, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { closeIdleConnections } from '@tappet/plugin-healthcheck/probes';
import { afterEach, describe, expect, it } from 'vitest';
import { attempt } from '../../fixtures/probes/attempt.ts';
import { freePort, has, realServer, run, scratchFolder } from '../../fixtures/probes/real-server.ts';

afterEach(closeIdleConnections);

const PYTHON = '/usr/bin/python3';
const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/probes/${name}`, import.meta.url));

function hasModule(name: string): boolean {
  if (has(PYTHON) && spawnSync(PYTHON, ['-c', `import ${name}`]).status === 0) return true;
  if (process.env['CI'] !== undefined) throw new Error(`not installed: the Python module ${name}`);
  console.warn(`skipped, not installed: the Python module ${name}`);
  return false;
}

describe.skipIf(!has('haproxy', 'openssl'))('haproxy', () => {
  it('is probed over TCP, TLS and its unix socket, with redirects and its 503', async () => {
    const folder = await scratchFolder();
    const [plain, secure] = [await freePort(), await freePort()];
    const [socket, key, cert, pem] = ['h.sock', 'key.pem', 'cert.pem', 'both.pem'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    await run([
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=127.0.0.1',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      cert,
    ]);
    await writeFile(pem, (await readFile(cert, 'utf8')) + (await readFile(key, 'utf8')));
    const config = join(folder, 'haproxy.cfg');
    const lines = [
      'defaults',
      '  mode http',
      '  timeout connect 1s',
      '  timeout client 5s',
      '  timeout server 5s',
      'frontend web',
      `  bind 127.0.0.1:${plain}`,
      `  bind 127.0.0.1:${secure} ssl crt ${pem}`,
      `  bind unix@${socket}`,
      '  monitor-uri /ok',
      '  http-request redirect location /json code 302 if { path /moved }',
      '  http-request return status 200 content-type application/json string "{\\"status\\":\\"up\\"}" if { path /json }',
      '  http-request deny deny_status 401 if { path /private } !{ req.hdr(authorization) "Bearer token" }',
      '  http-request return status 204 if { path /private }',
      '  default_backend none',
      'backend none',
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
    await realServer(['haproxy', '-db', '-f', config], { ports: [plain, secure] });
    const url = `http://127.0.0.1:${plain}`;
    for (let count = 0; count < 3; count++) expect(await attempt({ http: `${url}/ok` })).toMatchObject({ ok: true });
    expect(await attempt({ http: `${url}/else` })).toMatchObject({
      ok: false,
      message: 'status 503, expected 200-299',
    });
    expect(await attempt({ http: { url: `${url}/moved`, redirects: 1, json: { status: 'up' } } })).toMatchObject({
      ok: true,
    });
    expect(await attempt({ http: { url: `${url}/private`, auth: { bearer: 'token' }, status: 204 } })).toMatchObject({
      ok: true,
    });
    expect(await attempt({ http: { url: `${url}/private` } })).toMatchObject({ ok: false, detail: { status: 401 } });
    expect(await attempt({ http: { url: 'http://web/ok', socket } })).toMatchObject({ ok: true });
    expect(
      await attempt({ https: { url: `https://127.0.0.1:${secure}/ok`, tls: { ca: cert, days_left: 20 } } }),
    ).toMatchObject({ ok: true });
    expect(
      await attempt({ https: { url: `https://127.0.0.1:${secure}/ok`, tls: { ca: cert, days_left: 60 } } }),
    ).toMatchObject({ ok: false });
    expect(await attempt({ https: `https://127.0.0.1:${secure}/ok` })).toMatchObject({
      ok: false,
      message: expect.stringContaining('self-signed'),
    });
    expect(await attempt({ grpc: plain }, { deadlineMs: 2000 })).toMatchObject({ ok: false });
  });
});

describe.skipIf(!hasModule('grpc'))('the gRPC library in C', () => {
  it('is asked for its health with the standard method', async () => {
    const port = await freePort();
    await realServer([PYTHON, fixture('grpc-health.py'), String(port)], { ports: [port] });
    expect(await attempt({ grpc: port })).toMatchObject({ ok: true, message: 'SERVING' });
    expect(await attempt({ grpc: { address: port, service: 'shop.Cart' } })).toMatchObject({ ok: true });
    expect(await attempt({ grpc: { address: port, service: 'shop.Down' } })).toMatchObject({
      ok: false,
      message: 'shop.Down is NOT_SERVING',
    });
    expect(await attempt({ grpc: { address: port, service: 'unknown' } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the service is not known to the server'),
    });
    expect(await attempt({ http: `http://127.0.0.1:${port}/` }, { deadlineMs: 1000 })).toMatchObject({ ok: false });
  });
});

describe.skipIf(!hasModule('websockets'))('the websockets library of Python', () => {
  it('shakes hands and answers the ping', async () => {
    const port = await freePort();
    await realServer([PYTHON, fixture('websocket-echo.py'), String(port)], { ports: [port] });
    expect(await attempt({ websocket: `ws://127.0.0.1:${port}/live` })).toMatchObject({ ok: true, message: 'pong' });
    expect(await attempt({ websocket: { url: `ws://127.0.0.1:${port}/live`, protocol: 'chat' } })).toMatchObject({
      ok: true,
    });
    expect(await attempt({ http: `http://127.0.0.1:${port}/` })).toMatchObject({
      ok: false,
      message: expect.stringContaining('status 426'),
    });
  });
});
