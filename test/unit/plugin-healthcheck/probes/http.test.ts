import { mkdtempSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { closeIdleConnections, parseProbe } from '@tappet/plugin-healthcheck/probes';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { attempt, until } from '../../../fixtures/probes/attempt.ts';
import { makeCertificate } from '../../../fixtures/probes/certificate.ts';
import { scriptedServer } from '../../../fixtures/probes/scripted-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'tappet-http-'));
const servers: Server[] = [];

afterEach(async () => {
  closeIdleConnections();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(listener: RequestListener, path?: string): Promise<string> {
  return listen(http.createServer(listener), path);
}

async function listen(server: Server, path?: string): Promise<string> {
  servers.push(server);
  if (path === undefined) server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : '';
}

function openConnections(server: Server | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    if (server === undefined) reject(new Error('there is no server'));
    else server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

describe('the status', () => {
  it.each([
    [undefined, 200, true],
    [undefined, 204, true],
    [undefined, 301, false],
    [undefined, 500, false],
    ['2xx', 299, true],
    ['2xx', 300, false],
    ['200-399', 302, true],
    ['200-399', 400, false],
    [[200, '5xx'], 503, true],
    [[200, '5xx'], 404, false],
    ['200,401', 401, true],
    [404, 404, true],
  ])('expected as %j: %i passes: %j', async (status, answered, ok) => {
    const address = await serve((request, response) => response.writeHead(Number(request.url?.slice(1))).end());
    const result = await attempt({
      http: { url: `http://${address}/${answered}`, ...(status === undefined ? {} : { status }) },
    });
    expect(result).toMatchObject({ ok, detail: { status: answered } });
  });
});

describe('the body', () => {
  it.each([
    ['all is fine', 'fine', true, 'status 200'],
    ['all is fine', { contains: 'bad' }, false, 'the body does not contain "bad": the body is "all is fine"'],
    ['ok', { equals: 'ok' }, true, 'status 200'],
    ['ok\n', { equals: 'ok' }, false, 'the body is not "ok": the body is "ok\\n"'],
    ['error: 3', { lacks: 'error' }, false, 'the body contains "error"'],
    ['up 12 days', { matches: '^up [0-9]+ days$' }, true, 'status 200'],
    ['up long', { matches: '^up [0-9]+ days$' }, false, 'the body does not match "^up [0-9]+ days$"'],
    ['x'.repeat(70_000) + 'fine', 'fine', false, 'the body does not contain "fine"'],
    [`fine${'x'.repeat(70_000)}`, 'fine', true, 'status 200'],
    ['', { equals: '' }, true, 'status 200'],
  ])('%#: %.12j against %j passes: %j', async (body, expected, ok, message) => {
    const address = await serve((_request, response) => response.end(body));
    expect(await attempt({ http: { url: `http://${address}/`, body: expected } })).toMatchObject({
      ok,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    [{ status: 'up' }, true, 'status 200'],
    [{ 'checks[1].name': 'db', 'checks[1].ms': 3, '$.deep["a.b"]': true, nothing: null }, true, 'status 200'],
    [{ status: 'down' }, false, 'JSON status is "up", expected "down"'],
    [{ 'checks[7].name': 'db' }, false, 'JSON checks[7].name is missing, expected "db"'],
    [{ 'status.length': 2 }, false, 'is missing'],
    [{ '["constructor"]': 'x' }, false, 'is missing'],
  ])('as JSON: %j passes: %j', async (json, ok, message) => {
    const document = {
      status: 'up',
      checks: [{ name: 'cache' }, { name: 'db', ms: 3 }],
      deep: { 'a.b': true },
      nothing: null,
    };
    const address = await serve((_request, response) => response.end(JSON.stringify(document)));
    expect(await attempt({ http: { url: `http://${address}/`, json } })).toMatchObject({
      ok,
      message: expect.stringContaining(message),
    });
  });

  it('fails as JSON when it is none', async () => {
    const address = await serve((_request, response) => response.end('<html>'));
    expect(await attempt({ http: { url: `http://${address}/`, json: { a: 1 } } })).toMatchObject({
      ok: false,
      message: 'the body is not JSON',
    });
  });

  it('of 1 GB costs 64 KiB and does not fail a probe that does not look at it', async () => {
    let sent = 0;
    let isClosed = false;
    const address = await serve((_request, response) => {
      const chunk = Buffer.alloc(65_536);
      response.writeHead(200, { 'content-length': 2 ** 30 });
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      };
      response.on('drain', pump);
      response.on('close', () => (isClosed = true));
      pump();
    });
    expect(await attempt({ http: `http://${address}/` })).toMatchObject({ ok: true });
    await until(() => isClosed, 'the connection is closed');
    expect(sent).toBeLessThan(16 * 2 ** 20);
  });

  it('that ends in the middle fails', async () => {
    const address = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await attempt({ http: `http://${address}/` })).toMatchObject({ ok: false });
  });

  it('that never ends costs the deadline', async () => {
    const address = await serve((_request, response) => void response.write('and then '));
    expect(await attempt({ http: `http://${address}/` }, { deadlineMs: 100 })).toMatchObject({
      ok: false,
      detail: { timeout: true },
    });
  });
});

async function heard(options: Record<string, unknown>): Promise<IncomingMessage & { body: string }> {
  const received: (IncomingMessage & { body: string })[] = [];
  const address = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(Object.assign(request, { body: Buffer.concat(chunks).toString() }));
      response.end();
    });
  });
  expect(await attempt({ http: { url: `http://${address}/a?b=c`, ...options } })).toMatchObject({ ok: true });
  const [first] = received;
  if (first === undefined) throw new Error('nothing was received');
  return first;
}

describe('the request', () => {
  it('has the method, the path with its query, and the headers', async () => {
    const request = await heard({
      method: 'HEAD',
      headers: { Host: 'shop.test', 'X-Probe': '1', 'User-Agent': 'mine' },
    });
    expect(request.method).toBe('HEAD');
    expect(request.url).toBe('/a?b=c');
    expect(request.headers).toMatchObject({ host: 'shop.test', 'x-probe': '1', 'user-agent': 'mine' });
  });

  it('carries a body', async () => {
    const request = await heard({ method: 'POST', data: 'grüße', headers: { 'Content-Type': 'text/plain' } });
    expect(request.body).toBe('grüße');
    expect(request.headers['content-length']).toBe('7');
  });

  it('carries credentials', async () => {
    expect((await heard({ auth: { user: 'a', password: 'b:c' } })).headers.authorization).toBe(
      `Basic ${Buffer.from('a:b:c').toString('base64')}`,
    );
    expect((await heard({ auth: { bearer: 'token' } })).headers.authorization).toBe('Bearer token');
  });
});

describe('redirects', () => {
  it('are judged, not followed, by default', async () => {
    const address = await serve((_request, response) => response.writeHead(302, { location: '/login' }).end());
    expect(await attempt({ http: `http://${address}/` })).toMatchObject({
      ok: false,
      message: 'status 302 to /login, expected 200-299',
    });
    expect(await attempt({ http: { url: `http://${address}/`, status: 302 } })).toMatchObject({ ok: true });
  });

  it('are followed when asked for, as many as asked for', async () => {
    const address = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left > 0) response.writeHead(307, { location: `/${left - 1}` }).end();
      else response.end('there');
    });
    expect(await attempt({ http: { url: `http://${address}/3`, redirects: 3, body: 'there' } })).toMatchObject({
      ok: true,
    });
    expect(await attempt({ http: { url: `http://${address}/4`, redirects: 3 } })).toMatchObject({
      ok: false,
      message: 'more than 3 redirects',
    });
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'javascript:alert(1)', 'data:text/plain,ok', 'unix:/run/x.sock'])(
    'never lead to %s',
    async (location) => {
      const address = await serve((_request, response) => response.writeHead(301, { location }).end());
      const result = await attempt({ http: { url: `http://${address}/`, redirects: 5 } });
      expect(result).toMatchObject({
        ok: false,
        message: expect.stringMatching(/^a redirect to the scheme "\w+", only http and https are followed$/),
      });
    },
  );

  it('take no credentials to another origin', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization, request.headers.cookie);
      response.end();
    });
    const address = await serve((_request, response) =>
      response.writeHead(302, { location: `http://${other}/` }).end(),
    );
    const options = { url: `http://${address}/`, redirects: 1, auth: { bearer: 'secret' }, headers: { Cookie: 'a=b' } };
    expect(await attempt({ http: options })).toMatchObject({ ok: true });
    expect(seen).toEqual([undefined, undefined]);
  });

  it('turn a POST into a GET where the standard says so', async () => {
    const seen: string[] = [];
    const address = await serve((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers['content-length'] ?? '-'}`);
      if (request.url === '/see') response.writeHead(303, { location: '/other' }).end();
      else if (request.url === '/keep') response.writeHead(308, { location: '/other' }).end();
      else response.end();
    });
    await attempt({ http: { url: `http://${address}/see`, method: 'POST', data: 'x', redirects: 1 } });
    await attempt({ http: { url: `http://${address}/keep`, method: 'POST', data: 'x', redirects: 1 } });
    expect(seen).toEqual(['POST /see 1', 'GET /other -', 'POST /keep 1', 'POST /other 1']);
  });

  it('are not followed after the deadline', async () => {
    let requests = 0;
    const address = await serve((_request, response) => {
      requests++;
      setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 40);
    });
    const result = await attempt({ http: { url: `http://${address}/`, redirects: 20 } }, { deadlineMs: 200 });
    expect(result).toMatchObject({ ok: false, detail: { timeout: true } });
    const asked = requests;
    const [server] = servers;
    await until(async () => (await openConnections(server)) === 0, 'the server has lost every connection');
    expect(requests).toBe(asked);
  });

  it('do not leave a unix socket', async () => {
    const path = join(folder, 'redirect.sock');
    await serve((_request, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(), path);
    const result = await attempt({ http: { url: 'http://app/', socket: path, redirects: 1 } });
    expect(result).toMatchObject({ ok: false, message: 'a redirect from the unix socket to http://10.0.0.1' });
  });
});

describe('connections', () => {
  it('are kept between attempts, and not when that is not wanted', async () => {
    let connections = 0;
    const server = http.createServer((_request, response) => response.end('ok'));
    server.on('connection', () => connections++);
    const address = await listen(server);
    for (let count = 0; count < 3; count++)
      expect(await attempt({ http: `http://${address}/` })).toMatchObject({ ok: true });
    expect(connections).toBe(1);
    for (let count = 0; count < 2; count++) await attempt({ http: { url: `http://${address}/`, keep_alive: false } });
    expect(connections).toBe(3);
  });

  it('that were kept and closed by the server are replaced within the attempt', async () => {
    await using server = await scriptedServer((socket) => {
      let requests = 0;
      socket.on('data', () => {
        if (++requests === 2) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    for (let count = 0; count < 4; count++)
      expect(await attempt({ http: `http://${server.address}/` })).toMatchObject({ ok: true });
    expect(server.accepted).toBeGreaterThan(1);
    closeIdleConnections();
    await until(() => server.open === 0, 'the connections are closed');
  });

  it('that are kept for long may still carry interim answers', async () => {
    const address = await serve((_request, response) => {
      response.writeProcessing();
      response.end('x'.repeat(30_000));
    });
    for (let count = 0; count < 5; count++)
      expect(await attempt({ http: `http://${address}/` })).toMatchObject({ ok: true });
  });

  it('go over a unix socket', async () => {
    const path = join(folder, 'app.sock');
    await serve((request, response) => response.end(request.headers.host), path);
    expect(
      await attempt({ http: { url: 'http://app.test/ok', socket: path, body: { equals: 'app.test' } } }),
    ).toMatchObject({ ok: true });
  });

  it('fail when the server switches protocols', async () => {
    await using server = await scriptedServer((socket) => {
      socket.on('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      );
    });
    expect(await attempt({ http: `http://${server.address}/` })).toMatchObject({
      ok: false,
      message: 'the server switched to another protocol',
    });
    await until(() => server.open === 0, 'the connection is closed');
  });
});

describe('TLS', () => {
  const { key, cert } = makeCertificate(folder);
  const secure = (options: https.ServerOptions = {}): Promise<string> =>
    listen(
      https.createServer({ key: readFileSync(key), cert: readFileSync(cert), ...options }, (_request, response) =>
        response.end('ok'),
      ),
    );

  it('does not trust an unknown certificate unless told to', async () => {
    const url = `https://${await secure()}/`;
    expect(await attempt({ http: url })).toMatchObject({
      ok: false,
      message: expect.stringContaining('self-signed certificate'),
    });
    expect(await attempt({ http: { url, tls: { verify: false } } })).toMatchObject({ ok: true });
    expect(await attempt({ https: { url, tls: { ca: cert } } })).toMatchObject({ ok: true });
  });

  it('compares the name with the certificate', async () => {
    const url = `https://${await secure()}/`;
    expect(await attempt({ https: { url, tls: { ca: cert, servername: 'shop.test' } } })).toMatchObject({ ok: true });
    expect(await attempt({ https: { url, tls: { ca: cert, servername: '127.0.0.1' } } })).toMatchObject({ ok: true });
    expect(await attempt({ https: { url, tls: { ca: cert, servername: '10.0.0.1' } } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('10.0.0.1'),
    });
    const wrong = await attempt({ https: { url, tls: { ca: cert, servername: 'other.test' } } });
    expect(wrong).toMatchObject({ ok: false, message: expect.stringContaining('other.test') });
  });

  it('counts the days that the certificate has left, on kept connections too', async () => {
    const url = `https://${await secure()}/`;
    expect(await attempt({ https: { url, tls: { ca: cert, days_left: 20 } } })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^status 200, certificate for (29|30) days$/),
      detail: { status: 200, certificateDaysLeft: expect.any(Number) },
    });
    const strict = { https: { url, tls: { ca: cert, days_left: 40 } } };
    const message = expect.stringMatching(/the certificate expires in (29|30) days, at least 40 are asked for/);
    expect(await attempt(strict)).toMatchObject({ ok: false, message });
    const parsed = parseProbe(strict);
    expect('probe' in parsed).toBe(true);
  });

  it('shows its own certificate where the server asks for one', async () => {
    const url = `https://${await secure({ requestCert: true, rejectUnauthorized: true, ca: [readFileSync(cert)] })}/`;
    expect(await attempt({ https: { url, tls: { ca: cert, cert, key } } })).toMatchObject({ ok: true });
    expect(await attempt({ https: { url, tls: { ca: cert } } })).toMatchObject({ ok: false });
  });

  it('wraps the other protocols from the first byte on', async () => {
    const address = await secure();
    const tls = { ca: cert, days_left: 5 };
    const raw = { tcp: { address, tls, send: 'GET / HTTP/1.0\r\n\r\n', expect: '200 OK' } };
    const message = expect.stringMatching(/^answered as expected, certificate for (29|30) days$/);
    expect(await attempt(raw)).toMatchObject({ ok: true, message });
    expect(await attempt({ tcp: { address, tls: true } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('self-signed'),
    });
    const soon = await attempt({ tcp: { address, tls: { ca: cert, days_left: 90 } } });
    expect(soon).toMatchObject({ ok: false, message: expect.stringContaining('the certificate expires in') });
  });

  it('fails when its files cannot be read', async () => {
    const result = await attempt({ https: { url: `https://${await secure()}/`, tls: { ca: '/nowhere/ca.pem' } } });
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('cannot read /nowhere/ca.pem') });
  });
});
