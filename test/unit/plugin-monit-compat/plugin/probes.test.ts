import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProber, loadMonitText, type ProbeAnswer } from '@tappet/plugin-monit-compat/library';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../fixtures/probes/certificate.ts';
import { isMissing } from '../../../compat/monit/tools.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A server that says `greeting`, and answers what it hears. */
function talking(greeting: string | Buffer, answer?: (heard: Buffer) => string | Buffer | undefined): Promise<number> {
  return listen(
    createServer((socket) => {
      if (greeting.length > 0) socket.write(greeting);
      socket.on('data', (heard) => {
        const reply = answer?.(heard);
        if (reply !== undefined) socket.write(reply);
      });
    }),
  );
}

/** The answer to the first rule of a host service. */
async function probe(rule: string, service = 'check host h with address 127.0.0.1'): Promise<ProbeAnswer | undefined> {
  const { configuration, issues, accepted } = loadMonitText(`${service}\n if ${rule} then alert`);
  if (!accepted) throw new Error(issues.map(({ message }) => message).join('; '));
  const [checked] = configuration.services;
  const test = checked?.rules[0]?.test;
  if (checked === undefined || (test?.kind !== 'connection' && test?.kind !== 'ping')) throw new Error('no probe');
  const { settings } = configuration;
  const prober = createProber({ tls: settings.tls, httpBytes: settings.limits.httpContentBuffer });
  return prober(test, checked, new AbortController().signal);
}

describe.skipIf(isMissing('openssl'))('protocols over TLS', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'monit-probes-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A server with TLS from the first byte on. */
  function secure(name: string, greeting: string, isExpired = false): Promise<number> {
    const { key, cert } = makeCertificate(folder, { name, isExpired });
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
      socket.on('error', () => undefined);
      socket.write(greeting);
      socket.on('data', (heard) => {
        if (greeting.startsWith('+')) socket.write('+OK\r\n');
        else socket.write(heard.toString().startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n');
      });
    });
    server.on('tlsClientError', () => undefined);
    return listen(server);
  }

  it.each([
    ['smtps', '', '220 mail\r\n'],
    ['smtp', 'with ssl', '220 mail\r\n'],
    ['pops', '', '+OK ready\r\n'],
    ['ssh', 'with ssl', 'SSH-2.0-Fake\r\n'],
  ])(
    '%s %s: answers, unless too few days are left or nobody trusts the certificate',
    async (protocol, words, greeting) => {
      const port = await secure(protocol, greeting);
      const rule = `failed port ${port} protocol ${protocol} ${words} timeout 2 seconds`;
      expect(await probe(rule)).toMatchObject({ ok: true });
      expect(await probe(`${rule} certificate valid > 10 days`)).toMatchObject({ ok: true });
      const short = await probe(`${rule} certificate valid > 60 days`);
      expect(short?.ok).toBe(false);
      expect(short?.detail).toMatch(/expires in \d+ days/);
      const untrusted = await probe(
        `failed port ${port} protocol ${protocol} with ssl options {verify: enable} timeout 2 seconds`,
      );
      expect(untrusted?.ok).toBe(false);
      expect(untrusted?.detail).toMatch(/self-signed/);
    },
  );

  it('an expired certificate fails where it is verified or days are asked for, and only there', async () => {
    const port = await secure('old', '', true);
    expect(await probe(`failed port ${port} with ssl`)).toMatchObject({ ok: true });
    for (const rest of [
      'certificate valid > 1 days',
      `with ssl options {verify: enable cacertificatefile: ${folder}/old.pem}`,
    ]) {
      const answer = await probe(`failed port ${port} ${rest}`);
      expect(answer?.ok).toBe(false);
      expect(answer?.detail).toMatch(/expired/);
    }
  });

  it('a server without TLS, and one that says nothing, fail', async () => {
    const plain = await talking('220 hello\r\n');
    expect(await probe(`failed port ${plain} with ssl timeout 1 seconds`)).toMatchObject({ ok: false });
    const silent = await talking('');
    expect(await probe(`failed port ${silent} with ssl timeout 1 seconds`)).toMatchObject({ ok: false });
    expect(
      await probe(`failed port ${silent} certificate checksum = ${'a'.repeat(40)} timeout 1 seconds`),
    ).toMatchObject({
      ok: false,
    });
  });
});

describe('protocols that talk', () => {
  it.each<[string, string | Buffer, (heard: Buffer) => string | Buffer | undefined]>([
    ['redis', '', () => '+PONG\r\n'],
    ['memcache', '', () => 'VERSION 1.6\r\n'],
    ['ssh', 'SSH-2.0-Fake\r\n', () => undefined],
    ['smtp', '220 hi\r\n', (heard) => (heard.toString().startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n')],
    ['clamav', '', (heard) => (heard.toString() === 'PING\r\n' ? 'PONG\r\n' : 'UNKNOWN')],
    ['rsync', '@RSYNCD: 31.0\n', () => undefined],
    ['sieve', '"IMPLEMENTATION" "x"\r\nOK\r\n', () => undefined],
    ['spamassassin', '', (heard) => (heard.toString().startsWith('PING SPAMC') ? 'SPAMD/1.5 0 PONG\r\n' : undefined)],
    ['postfix-policy', '', (heard) => (heard.includes('request=smtpd_access_policy') ? 'action=dunno\n\n' : undefined)],
    [
      'mongodb',
      '',
      (heard) => (heard.length === 0x3a && heard.includes('isMaster') ? Buffer.from('\0ismaster\0\x01') : undefined),
    ],
    ['fail2ban', '', (heard) => (heard[0] === 0x80 && heard.includes('ping') ? 'pong' : undefined)],
  ])('%s is answered well, and not by something else', async (protocol, greeting, answer) => {
    const good = await talking(greeting, answer);
    expect(await probe(`failed port ${good} protocol ${protocol} timeout 2 seconds`)).toMatchObject({ ok: true });
    const bad = await talking('HTTP/1.0 400 no\r\n\r\n');
    expect(await probe(`failed port ${bad} protocol ${protocol} timeout 1 seconds`)).toMatchObject({ ok: false });
  });

  it('send and expect', async () => {
    const port = await talking('hello 1\r\n', (heard) => (heard.toString() === 'a\tb\r\n' ? 'fine 42\r\n' : 'no\r\n'));
    const rule = String.raw`failed port ${port} expect "^hello [0-9]" send "a\tb\r\n" expect "fine (41|42)" timeout 2 seconds`;
    expect(await probe(rule)).toMatchObject({ ok: true });
  });

  it('a protocol that is not spoken is a connection', async () => {
    const port = await talking('');
    expect(await probe(`failed port ${port} protocol nntp`)).toMatchObject({ ok: true });
  });

  it('a server that hangs fails within its timeout', async () => {
    const port = await talking('');
    const startedMs = performance.now();
    expect(await probe(`failed port ${port} protocol redis timeout 1 seconds`)).toMatchObject({ ok: false });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});

describe('http', () => {
  it('sends credentials, headers and the path as written', async () => {
    const seen: string[] = [];
    const port = await listen(
      createHttpServer((request, response) => {
        seen.push(
          `${request.method} ${request.url} ${request.headers.host} ${String(request.headers['x-a'])} ${request.headers.authorization} ${request.headers['user-agent']}`,
        );
        response.end();
      }),
    );
    const rule = `failed port ${port} protocol http username "u" password "p" request "/a b" method HEAD http headers [X-A: 1 2, Host: shop.example]`;
    expect(await probe(rule)).toMatchObject({ ok: true });
    expect(seen).toEqual(['HEAD /a%20b shop.example 1 2 Basic dTpw Monit/5.33.0 (tappet)']);
  });

  it('judges a checksum of the body', async () => {
    const port = await listen(createHttpServer((_request, response) => response.end('hello')));
    expect(await probe(`failed port ${port} protocol http checksum "5d41402abc4b2a76b9719d911017c592"`)).toMatchObject({
      ok: true,
    });
    expect(await probe(`failed port ${port} protocol http checksum "5d41402abc4b2a76b9719d911017c593"`)).toMatchObject({
      ok: false,
    });
  });

  it('judges the scoreboard of Apache', async () => {
    const port = await listen(
      createHttpServer((_request, response) => response.end('Total: 1\nScoreboard: WW__......\n')),
    );
    expect(await probe(`failed port ${port} protocol apache-status replylimit > 50%`)).toMatchObject({ ok: true });
    expect(await probe(`failed port ${port} protocol apache-status replylimit > 10%`)).toMatchObject({ ok: false });
  });

  it('takes a URL with credentials', async () => {
    const port = await listen(
      createHttpServer((request, response) => {
        response.statusCode = request.headers.authorization === 'Basic dTpw' && request.url === '/x?y=1' ? 200 : 403;
        response.end();
      }),
    );
    expect(await probe(`failed url http://u:p@127.0.0.1:${port}/x?y=1`)).toMatchObject({ ok: true });
  });

  it('retries within the cycle and keeps the response time', async () => {
    let left = 2;
    const port = await listen(
      createHttpServer((_request, response) => {
        response.statusCode = left-- > 0 ? 500 : 200;
        response.end();
      }),
    );
    const answer = await probe(`failed port ${port} protocol http retry 3`);
    expect(answer?.ok).toBe(true);
    expect(answer?.responseMs).toBeGreaterThan(0);
  });
});

describe('without a connection', () => {
  it('NTP over UDP', async () => {
    const socket = createSocket('udp4');
    socket.on('message', (_message, { port, address }) =>
      socket.send(Buffer.concat([Buffer.of(0x1c), Buffer.alloc(47)]), port, address),
    );
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    closers.push(() => new Promise<void>((resolve) => socket.close(resolve)));
    const { port } = socket.address();
    expect(await probe(`failed port ${port} type udp protocol ntp3 timeout 2 seconds`)).toMatchObject({ ok: true });
  });

  it.skipIf(isMissing('ping'))('ping answers for this machine', async () => {
    const answer = await probe('failed ping count 1 timeout 2 seconds');
    expect(answer).toMatchObject({ ok: true });
    expect(answer?.responseMs).toBeGreaterThan(0);
  });
});

describe('a unix socket', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'monit-unix-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is connected to, and missing it fails', async () => {
    const path = join(folder, 's');
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const service = 'check process p with pidfile /run/none.pid';
    expect(await probe(`failed unixsocket ${path}`, service)).toMatchObject({ ok: true });
    expect(await probe(`failed unixsocket ${path}-none`, service)).toMatchObject({ ok: false });
  });
});
