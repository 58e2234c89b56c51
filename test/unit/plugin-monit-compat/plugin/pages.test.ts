import { request } from 'node:http';
import { createServer } from 'node:net';
import { linkSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../e2e/support/tappet.ts';
import { type PluginHarness, pluginHarness } from '@tappet/core/testing';
import { createAccess, escapeXml, loadMonitText } from '@tappet/plugin-monit-compat/library';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { elementsOf } from '../../../compat/monit/xml.ts';
import { createWorld, GONE, type World } from './world.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

interface Ask {
  readonly path: string;
  readonly login?: string;
  readonly method?: string;
  readonly form?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

let port = 0;
let harness: PluginHarness | undefined;
let world: World;

async function open(allow = 'allow admin:secret allow guest:look read-only'): Promise<void> {
  port = await freePort();
  world = createWorld();
  world.ports.set(80, false);
  harness = await pluginHarness(world.plugin, {
    config: {
      plugins: {
        'monit-compat': {
          poll: 10,
          monit: `set httpd port ${port} ${allow}
check host "<b>app" with address 127.0.0.1
  start program = "/bin/start app"
  stop program = "/bin/stop app"
  if failed port 80 protocol http request "/<script>" then alert
check file two with path /etc/passwd`,
        },
      },
    },
  });
  await harness.advance(1);
}

afterEach(async () => {
  await harness?.close();
  harness = undefined;
});

function ask({ path, login, method = 'GET', form, headers = {} }: Ask): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        agent: false,
        headers: {
          ...(login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
          ...(form === undefined
            ? {}
            : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length }),
          ...headers,
        },
      },
      (incoming) => {
        let body = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body, headers: incoming.headers }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(form);
  });
}

const ADMIN = 'admin:secret';

describe('the status pages', () => {
  it('need a login of the file', async () => {
    await open();
    expect((await ask({ path: '/' })).status).toBe(401);
    expect((await ask({ path: '/', login: 'admin:wrong' })).status).toBe(401);
    expect((await ask({ path: '/_ping', login: ADMIN })).body).toBe('pong');
  });

  it('show every service, with nothing of the file as markup', async () => {
    await open();
    const home = await ask({ path: '/', login: ADMIN });
    expect(home.status).toBe(200);
    expect(home.body).toContain('&#60;b&#62;app');
    const page = await ask({ path: `/${encodeURIComponent('<b>app')}`, login: ADMIN });
    expect(page.body).toContain('Connection failed');
    for (const { body } of [home, page]) expect(body).not.toMatch(/<b>|<script/);
    expect(home.headers['content-security-policy']).toContain("default-src 'none'");
    for (const path of ['/_runtime', '/_viewlog', '/_about', '/_getid'])
      expect((await ask({ path, login: ADMIN })).status).toBe(200);
    expect((await ask({ path: '/none', login: ADMIN })).status).toBe(404);
    expect((await ask({ path: '/%zz', login: ADMIN })).status).toBe(404);
  });

  it('let no name, output, rule, host or event be markup, in HTML or in XML', async () => {
    const evil = '"\'><script>alert(1)</script><!--&#60;';
    const hostile = createWorld();
    hostile.samples.set('evil', { presence: 'present', facts: { status: 1, lines: [evil, '\u001b[31m\u0000]]>'] } });
    hostile.samples.set('<i>gone', { ...GONE, reason: evil });
    port = await freePort();
    harness = await pluginHarness(hostile.plugin, {
      config: {
        plugins: {
          'monit-compat': {
            poll: 10,
            monit: `set httpd port ${port} allow admin:secret
check system "<u>machine"
check program evil with path "/bin/true"
  if content = "<script>" then exec "/bin/echo <img>"
check file "<i>gone" with path "/tmp/<b>gone"
  if does not exist then exec "/bin/echo <img>"
check host web with address "<h1>"
  if failed port 80 protocol http request "/<script>" then alert`,
          },
        },
      },
    });
    await harness.advance(1);
    const paths = ['/', '/evil', '/%3Ci%3Egone', '/web', '/%3Cu%3Emachine', '/_viewlog', '/_runtime', '/%3Cscript%3E'];
    const allowed =
      /^(?:\/?(?:html|head|title|style|body|header|footer|h1|h2|p|a|table|thead|tbody|tr|th|td|pre|ul|li|span|time|form|button)|meta|input|!DOCTYPE html)$/;
    for (const path of paths) {
      const { body } = await ask({ path, login: ADMIN });
      const tags = [...body.matchAll(/<([^\s>]+(?: html)?)[^>]*>/g)].map(([, name = '']) => name);
      expect(tags.filter((name) => !allowed.test(name))).toEqual([]);
      expect(body).not.toContain('\u0000');
      expect(body).not.toContain('\u001b');
    }
    expect((await ask({ path: '/evil', login: ADMIN })).body).toContain('&#60;script&#62;alert(1)');
    const xml = (await ask({ path: '/_status?format=xml', login: ADMIN })).body;
    expect(
      elementsOf(xml)
        .children.find(({ attributes }) => attributes['type'] === '7')
        ?.children.at(-1),
    ).toMatchObject({
      name: 'program',
      children: [{ name: 'started' }, { name: 'status', text: '1' }, { name: 'output', text: `${evil}\n[31m]]>` }],
    });
  });

  it('answer exporters and scripts in XML and text', async () => {
    await open();
    const xml = (await ask({ path: '/_status?format=xml', login: ADMIN })).body;
    expect(xml).toMatch(/<service type="4"><name>&#60;b&#62;app<\/name>.*<status>32<\/status>.*<monitor>1<\/monitor>/);
    expect(xml).toContain('<portnumber>80</portnumber>');
    expect((await ask({ path: '/_status?format=text', login: ADMIN })).body).toContain("Remote Host '<b>app'");
    expect((await ask({ path: '/_summary', login: ADMIN })).body).toContain('Connection failed');
    expect((await ask({ path: '/_report?type=down', login: ADMIN })).body).toBe('1\n');
    expect((await ask({ path: '/_report?type=none', login: ADMIN })).status).toBe(400);
  });

  it('an action needs POST, full access and the token of the cookie', async () => {
    await open();
    const path = `/${encodeURIComponent('<b>app')}`;
    const cookie = String((await ask({ path: '/', login: ADMIN })).headers['set-cookie']).split(';')[0] ?? '';
    const token = cookie.split('=')[1] ?? '';
    const form = `securitytoken=${token}&action=restart`;
    const post = { path, method: 'POST', form, headers: { cookie } };
    expect((await ask({ path: `${path}?action=restart`, login: ADMIN })).status).toBe(200);
    expect((await ask({ ...post, login: 'guest:look' })).status).toBe(403);
    expect((await ask({ ...post, login: ADMIN, headers: {} })).status).toBe(403);
    expect((await ask({ ...post, login: ADMIN, form: 'securitytoken=other&action=restart' })).status).toBe(403);
    expect((await ask({ ...post, login: ADMIN, headers: { cookie, origin: 'http://evil.example' } })).status).toBe(403);
    expect((await ask({ ...post, login: ADMIN, headers: { cookie, host: 'evil.example' } })).status).toBe(403);
    expect((await ask({ ...post, login: ADMIN, form: `securitytoken=${token}&action=jump` })).status).toBe(400);
    expect((await ask({ ...post, login: ADMIN, form: 'x'.repeat(20_000) })).status).toBe(413);
    expect(world.runs).toEqual([]);
    expect((await ask({ ...post, login: ADMIN })).status).toBe(302);
    await harness?.advance(1);
    expect(world.runs).toEqual(['/bin/stop app', '/bin/start app']);
  });

  it('several services in one form', async () => {
    await open();
    const form = 'securitytoken=mine&action=unmonitor&service=two&service=%3Cb%3Eapp';
    const answer = await ask({
      path: '/_doaction',
      method: 'POST',
      form,
      login: ADMIN,
      headers: { cookie: 'securitytoken=mine' },
    });
    expect(answer.status).toBe(302);
    await harness?.advance(1);
    expect((await ask({ path: '/_report?type=unmonitored', login: ADMIN })).body).toBe('2\n');
  });

  it('survive a reload, and go when the file says so no more', async () => {
    await open();
    await harness?.reload();
    expect((await ask({ path: '/_ping', login: ADMIN })).status).toBe(200);
    await harness?.reload({});
    await expect(ask({ path: '/_ping', login: ADMIN })).rejects.toThrow(/ECONNREFUSED/);
  });
});

it('a port that is taken is named', async () => {
  const other = createServer();
  const taken = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => {
      const address = other.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );
  const config = { plugins: { 'monit-compat': { monit: `set httpd port ${taken} allow admin:secret` } } };
  await expect(pluginHarness(createWorld().plugin, { config })).rejects.toThrow(
    `cannot listen on port ${taken}: another program does`,
  );
  await new Promise((resolve) => other.close(resolve));
});

describe('who gets in', () => {
  function access(allow: string): ReturnType<typeof createAccess> {
    const { httpd } = loadMonitText(`set httpd port 1 ${allow}`).configuration.settings;
    if (httpd === undefined) throw new Error('no httpd');
    return createAccess(httpd);
  }
  const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;

  it('nobody without a list, or with one of what cannot be asked', () => {
    expect(access('')({ remoteAddress: '127.0.0.1', authorization: undefined })).toBe('forbidden');
    expect(access('allow @admins')({ remoteAddress: '127.0.0.1', authorization: basic('a:b') })).toBe('unknown');
  });

  it('a listed host, a network, and only those', () => {
    const check = access('allow localhost allow 10.1.0.0/255.255.0.0');
    expect(check({ remoteAddress: '::ffff:127.0.0.1', authorization: undefined })).toBe('full');
    expect(check({ remoteAddress: '10.1.2.3', authorization: undefined })).toBe('full');
    expect(check({ remoteAddress: '10.2.2.3', authorization: undefined })).toBe('forbidden');
  });

  it('a login as it is allowed', () => {
    const check = access('allow a:b allow c:d read-only');
    expect(check({ remoteAddress: '127.0.0.1', authorization: basic('a:b') })).toBe('full');
    expect(check({ remoteAddress: '127.0.0.1', authorization: basic('c:d') })).toBe('read-only');
    expect(check({ remoteAddress: '127.0.0.1', authorization: basic('a:bb') })).toBe('unknown');
    expect(check({ remoteAddress: '127.0.0.1', authorization: 'Bearer x' })).toBe('unknown');
  });
});

describe('a unix socket', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'monit-socket-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('on which another program listens is not taken from it; one that was left behind is', async () => {
    const path = join(folder, 'other.sock');
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(path, resolve));
    world = createWorld();
    const config = { plugins: { 'monit-compat': { monit: `set httpd unixsocket ${path} allow admin:secret` } } };
    await expect(pluginHarness(world.plugin, { config })).rejects.toThrow(/other\.sock: another program does/);
    const kept = `${path}.kept`;
    linkSync(path, kept);
    await new Promise((resolve) => other.close(resolve));
    renameSync(kept, path);
    harness = await pluginHarness(world.plugin, { config });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is private and answers', async () => {
    const path = join(folder, 'monit.sock');
    world = createWorld();
    harness = await pluginHarness(world.plugin, {
      config: {
        plugins: {
          'monit-compat': { monit: `set httpd unixsocket ${path} allow a:b\ncheck file two with path /etc/passwd` },
        },
      },
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(
        {
          socketPath: path,
          path: '/_ping',
          agent: false,
          headers: { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` },
        },
        (incoming) => {
          incoming.resume();
          resolve(incoming.statusCode);
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(status).toBe(200);
  });
});

it('XML holds only what XML can', () => {
  expect(escapeXml('a<b>&"\u0000\u001b[1m\ud800x')).toBe('a&#60;b&#62;&#38;&#34;[1m\ufffdx');
});
