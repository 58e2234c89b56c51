import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProbe, lintProbe, parseProbe, PROBE_NAMES, PROBES } from '@tappet/plugin-healthcheck/probes';
import { describe, expect, it } from 'vitest';
import { probe } from '../../../fixtures/probes/attempt.ts';

const local = (port: number): { host: string; port: number } => ({ host: '127.0.0.1', port });

describe('a probe in its short form', () => {
  it.each([
    [
      { http: 'http://127.0.0.1:8080/ok' },
      {
        url: 'http://127.0.0.1:8080/ok',
        method: 'GET',
        headers: {},
        status: [[200, 299]],
        redirects: 0,
        keep_alive: true,
      },
    ],
    [{ https: 'https://shop.test' }, { url: 'https://shop.test/' }],
    [{ tcp: '127.0.0.1:6379' }, { address: local(6379) }],
    [{ tcp: 6379 }, { address: local(6379) }],
    [{ tcp: ':80' }, { address: local(80) }],
    [{ tcp: '[::1]:80' }, { address: { host: '::1', port: 80 } }],
    [{ tcp: 'unix:/run/a.sock' }, { address: { socket: '/run/a.sock' } }],
    [{ unix: '/run/a.sock' }, { path: '/run/a.sock' }],
    [{ redis: 'cache.test' }, { address: { host: 'cache.test', port: 6379 } }],
    [{ redis: '7000' }, { address: local(7000) }],
    [{ redis: '::1' }, { address: { host: '::1', port: 6379 } }],
    [{ redis: {} }, { address: local(6379) }],
    [{ postgres: {} }, { address: local(5432), user: 'postgres' }],
    [{ exec: 'check "a b" c' }, { command: ['check', 'a b', 'c'] }],
    [{ exec: ['check', 'a b'] }, { command: ['check', 'a b'] }],
    [{ file: '/run/ready' }, { path: '/run/ready', exists: true }],
    [{ process: '/run/app.pid' }, { pid_file: '/run/app.pid' }],
    [{ websocket: 'wss://shop.test/live' }, { url: 'wss://shop.test/live' }],
  ])('%j', (raw, description) => {
    expect(probe(raw)).toEqual({ name: Object.keys(raw)[0], description: expect.objectContaining(description) });
  });
});

describe('what a probe says about itself', () => {
  it.each([
    [{ http: { url: 'http://a.test/ok', auth: { user: 'u', password: 'secret' } } }, 'http GET http://a.test/ok'],
    [{ redis: { address: 'a.test', password: 'secret' } }, 'redis a.test:6379'],
    [{ dns: { name: 'shop.test' } }, 'dns 127.0.0.1:53/udp A shop.test'],
    [{ exec: 'true now' }, 'exec true now'],
    [{ process: true }, 'process of the service'],
    [{ file: { path: '/a', exists: false } }, 'file /a absent'],
    [{ grpc: { address: 50051, service: 's' } }, 'grpc 127.0.0.1:50051 s'],
    [{ unix: '/a' }, 'unix /a'],
  ])('%j', (raw, text) => {
    expect(describeProbe(probe(raw))).toBe(text);
  });

  it.each(
    PROBE_NAMES.filter(
      (name) => !['http', 'https', 'tcp', 'unix', 'exec', 'process', 'file', 'grpc', 'dns', 'websocket'].includes(name),
    ),
  )('%s names its server', (name) => {
    const address = 'h.test:4000';
    expect(describeProbe(probe({ [name]: address }))).toBe(`${name} h.test:4000`);
  });

  it('survives a trip through JSON', () => {
    const given = probe({ https: { url: 'https://a.test', status: '2xx', json: { a: 1 }, tls: { days_left: 3 } } });
    expect(JSON.parse(JSON.stringify(given))).toEqual(JSON.parse(JSON.stringify(given)));
    expect(describeProbe(JSON.parse(JSON.stringify(given)))).toBe('http GET https://a.test/');
  });
});

const MISTAKES: readonly [
  summary: string,
  raw: unknown,
  issues: readonly { code?: string; message: string; hint?: string; path?: string }[],
][] = [
  [
    'an unknown probe',
    { htpp: 'x' },
    [
      {
        code: 'ERR_CONFIG_UNKNOWN_KEY',
        message: '"htpp" is not an option here',
        hint: 'did you mean "http"?',
        path: 'check.htpp',
      },
    ],
  ],
  ['no probe', {}, [{ code: 'ERR_CONFIG_MISSING', message: 'it has no probe' }]],
  ['not a table', 'http', [{ code: 'ERR_CONFIG_MISSING', message: 'it has no probe' }]],
  ['two probes', { tcp: 1, http: 'http://a' }, [{ message: 'it has 2 probes (tcp, http), exactly one is needed' }]],
  [
    'an unknown option',
    { http: { url: 'http://a', metod: 'GET' } },
    [
      {
        code: 'ERR_CONFIG_UNKNOWN_KEY',
        message: '"metod" is not an option here',
        hint: 'did you mean "method"?',
        path: 'check.http.metod',
      },
    ],
  ],
  [
    'several mistakes, all reported',
    { http: { url: 'x', statuss: 1, method: 'get', redirects: 99 } },
    [
      { message: '"x": is not a URL, write "http://HOST:PORT/PATH"' },
      { message: '"get": must be a method' },
      { message: '99: must be a whole number from 0 to 20' },
      { message: '"statuss" is not an option here', hint: 'did you mean "status"?' },
    ],
  ],
  [
    'an unknown option of a table inside',
    { https: { url: 'https://a', tls: { verfy: false } } },
    [{ message: '"verfy" is not an option here', hint: 'did you mean "verify"?', path: 'check.https.tls.verfy' }],
  ],
  [
    'an unknown option of tls = {…}',
    { redis: { tls: { servernam: 'a' } } },
    [
      {
        message: '"servernam" is not an option here',
        hint: 'did you mean "servername"?',
        path: 'check.redis.tls.servernam',
      },
    ],
  ],
  ['a missing URL', { http: {} }, [{ code: 'ERR_CONFIG_MISSING', message: 'cannot use check.http: it needs "url"' }]],
  ['a missing address', { tcp: { send: 'x' } }, [{ code: 'ERR_CONFIG_MISSING', message: 'it needs "address"' }]],
  [
    'a file URL',
    { http: 'file:///etc/passwd' },
    [{ message: 'the scheme "file" is not probed here, only http and https', path: 'check.http' }],
  ],
  ['an http URL for https', { https: 'http://a' }, [{ message: 'the scheme "http" is not probed here, only https' }]],
  [
    'a port of a URL out of range',
    { http: 'http://127.0.0.1:65536/' },
    [{ message: 'port 65536 is out of range, 1 to 65535' }],
  ],
  ['port 0', { http: 'http://127.0.0.1:0/' }, [{ message: 'port 0 is out of range' }]],
  [
    'a port out of range',
    { tcp: '127.0.0.1:70000' },
    [
      {
        message: 'cannot use check.tcp = "127.0.0.1:70000": port 70000 is out of range, 1 to 65535',
        path: 'check.tcp',
      },
    ],
  ],
  [
    'a port out of range in a table',
    { redis: { address: 'a:0' } },
    [{ message: 'port 0 is out of range', path: 'check.redis.address' }],
  ],
  ['a port that is none', { tcp: 'a:http' }, [{ message: '"http" is not a port' }]],
  ['no port', { tcp: 'a.test' }, [{ message: 'has no port: write "a.test:PORT"' }]],
  ['an address that is none', { tcp: 'a b:1' }, [{ message: 'must be like "127.0.0.1:6379"' }]],
  ['brackets around what is no IPv6 address', { tcp: '[a]:1' }, [{ message: '"a" is not an IPv6 address' }]],
  ['a socket path that is too long', { tcp: `/${'x'.repeat(120)}` }, [{ message: 'is longer than the 107 bytes' }]],
  ['a relative socket path', { unix: 'run/a' }, [{ message: 'must be the absolute path of a socket' }]],
  ['credentials in the URL', { http: 'http://u:p@a/' }, [{ message: 'carries credentials' }]],
  [
    'a wrong header',
    { http: { url: 'http://a', headers: { 'a b': 'c' } } },
    [{ message: 'must hold valid header names and values' }],
  ],
  [
    'a header with a line break',
    { http: { url: 'http://a', headers: { a: 'b\r\nc: d' } } },
    [{ message: 'must hold valid header names and values' }],
  ],
  ['a wrong status', { http: { url: 'http://a', status: ['2xx', 999] } }, [{ message: 'must be status codes' }]],
  [
    'a status range that runs backwards',
    { http: { url: 'http://a', status: '299-200' } },
    [{ message: 'must be status codes' }],
  ],
  [
    'a pattern with a look-ahead',
    { http: { url: 'http://a', body: { matches: '(?=a)' } } },
    [{ message: 'is not a usable pattern: look-around and named groups cannot be matched in linear time' }],
  ],
  ['a wrong JSON path', { http: { url: 'http://a', json: { 'a[': 1 } } }, [{ message: 'must hold paths like' }]],
  [
    'a JSON value that is a table',
    { http: { url: 'http://a', json: { a: {} } } },
    [{ message: 'must be text, a number, true or false' }],
  ],
  [
    'a JSON key that would be lost',
    { http: { url: 'http://a', json: { constructor: 1 } } },
    [{ message: 'must not have the keys __proto__, constructor, prototype' }],
  ],
  [
    'TLS for a plain URL',
    { http: { url: 'http://a', tls: {} } },
    [{ message: 'has TLS options, but its URL is not https' }],
  ],
  ['a certificate without its key', { redis: { tls: { cert: '/a' } } }, [{ message: 'cert and key belong together' }]],
  ['an empty command', { exec: '' }, [{ message: 'must not be empty' }]],
  ['an open quote', { exec: 'sh -c "x' }, [{ message: 'a " is never closed' }]],
  ['a command that is no text', { exec: [1] }, [{ message: 'must be a command as text, or a list of its words' }]],
  [
    'a step with two parts',
    { tcp: { address: 1, steps: [{ send: 'a', expect: 'b' }] } },
    [{ message: 'must hold one of send, expect, matches', path: 'check.tcp.steps[0]' }],
  ],
  [
    'conditions on a file that must not exist',
    { file: { path: '/a', exists: false, min_size: 1 } },
    [{ message: 'a file that must not exist can have no other condition' }],
  ],
  [
    'a wrong duration',
    { file: { path: '/a', newer_than: '5 minutes' } },
    [{ message: 'must be seconds as a number, or text like "5s", "2m", "500ms"' }],
  ],
  ['DNS over UDP to a unix socket', { dns: '/run/a' }, [{ message: 'UDP needs a host and a port' }]],
  ['a DNS type that is none', { dns: { type: 'AA' } }, [{ message: 'must be one of A, NS, CNAME' }]],
  ['a domain name that is none', { dns: { name: 'a..b' } }, [{ message: 'must be a domain name' }]],
  ['a wrong websocket URL', { websocket: 'http://a' }, [{ message: 'must be a URL like "ws://' }]],
  ['an unknown AMQP version', { amqp: { version: '2' } }, [{ message: 'must be "0-9-1" or "1.0"' }]],
];

describe('a mistake in a probe', () => {
  it.each(MISTAKES)('%s', (_summary, raw, wanted) => {
    const parsed = parseProbe(raw, ['check']);
    const issues = 'issues' in parsed ? parsed.issues : [];
    expect(issues).toHaveLength(wanted.length);
    for (const { message, ...rest } of wanted) {
      const found = issues.find((issue) => issue.message.includes(message));
      expect(found, `${message} in ${JSON.stringify(issues)}`).toBeDefined();
      const path = found?.path
        .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
        .join('')
        .slice(1);
      expect({ code: found?.code, hint: found?.hint, path }).toMatchObject(rest);
    }
  });

  it('never shows a secret', () => {
    const secret = 'hunter2';
    const raws = [
      { redis: { password: [secret] } },
      { mqtt: { password: secret } },
      { http: { url: 'http://a', auth: { bearer: [secret] } } },
      { http: { url: 'http://a', auth: { user: 5, password: [secret] } } },
      { http: { url: 'http://a', headers: { Authorization: [secret], 'x y': secret } } },
      { ldap: { dn: 5, password: secret } },
    ];
    for (const raw of raws) {
      const parsed = parseProbe(raw);
      expect({ raw, isRefused: 'issues' in parsed }).toEqual({ raw, isRefused: true });
      expect(JSON.stringify(parsed)).not.toContain(secret);
    }
  });

  it.each(PROBE_NAMES)('%s takes any nonsense for an issue, never for a crash', (name) => {
    for (const nonsense of [
      null,
      undefined,
      true,
      -1,
      1e9,
      Number.NaN,
      '',
      ' ',
      '\0',
      [],
      [[]],
      {},
      { a: 1 },
      new Date(0),
      1n,
      Symbol.iterator,
    ]) {
      const parsed = parseProbe({ [name]: nonsense });
      expect('probe' in parsed || parsed.issues.length > 0).toBe(true);
    }
  });
});

describe('lintProbe', () => {
  it('finds a program that is not there', () => {
    expect(lint({ exec: 'no-such-program-here' })).toEqual([
      'cannot use check: cannot run "no-such-program-here": it is not in PATH',
    ]);
    expect(lint({ exec: '/no/such' })).toEqual([
      'cannot use check: cannot run "/no/such": there is no such executable file',
    ]);
    expect(lint({ exec: 'sh -c true' })).toEqual([]);
    expect(lint({ exec: 'sh -c true' }, { PATH: '/nowhere' })).toHaveLength(1);
    expect(lint({ exec: '/tmp' })).toHaveLength(1);
  });

  it('finds TLS files that cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tappet-lint-'));
    try {
      const ca = join(folder, 'ca.pem');
      writeFileSync(ca, '');
      expect(lint({ https: { url: 'https://a', tls: { ca } } })).toEqual([]);
      expect(lint({ redis: { tls: { ca: `${ca}x` } } })).toEqual([
        `cannot use check.tls.ca = "${ca}x": the file cannot be read`,
      ]);
      expect(lint({ redis: {} })).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the registry', () => {
  it('knows each probe by its own name', () => {
    expect(PROBE_NAMES.map((name) => PROBES[name].name)).toEqual(PROBE_NAMES);
    expect(PROBE_NAMES).toHaveLength(22);
  });
});

function lint(raw: unknown, env?: Record<string, string>): readonly string[] {
  const issues = lintProbe(probe(raw), { path: ['check'], context: env === undefined ? {} : { env } });
  return issues.map(({ message }) => message);
}
