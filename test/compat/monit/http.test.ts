import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PluginHarness, pluginHarness } from '@tappet/core/testing';
import monitCompat from '@tappet/plugin-monit-compat';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, until } from '../../e2e/support/tappet.ts';
import { isMissing } from './tools.ts';
import { elementsOf, type XmlElement } from './xml.ts';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly location: string | undefined;
  readonly cookie: string | undefined;
}

interface Ask {
  readonly path: string;
  readonly login?: string;
  readonly method?: string;
  readonly form?: string;
  readonly cookie?: string;
}

const ADMIN = 'admin:hidden';
const GUEST = 'guest:look';

/** The same control file for both, but for the port and the folder of its own files. */
function control(folder: string, port: number): string {
  return `set daemon 1
set log ${folder}/log
set pidfile ${folder}/monit.pid
set idfile ${folder}/id
set statefile ${folder}/state
set httpd port ${port} address 127.0.0.1
  allow ${ADMIN}
  allow ${GUEST} read-only
check process self with pidfile ${folder}/self.pid
  group g1
check file passwd with path /etc/passwd
  if failed checksum then alert
  if changed timestamp then alert
check directory tmp with path /tmp
check filesystem root with path /
  if space > 100% then alert
check fifo pipe with path ${folder}/pipe
check program prog with path "/bin/echo hello <b>&"
  if status != 0 then alert
check program failing with path "/bin/false"
  if status != 0 then alert
check network lo with interface lo
  if failed link then alert
check host web with address 127.0.0.1
  if failed port ${port} protocol http status = 401 with timeout 2 seconds then alert
  if failed port 9 then alert
check process gone with pidfile ${folder}/none.pid
  mode passive
  if does not exist then alert
  if failed unixsocket ${folder}/none.sock then alert
check system machine
  if cpu > 100% then alert
`;
}

class Side {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'monit-http-'));
  port = 0;

  async write(): Promise<string> {
    this.port = await freePort();
    writeFileSync(join(this.folder, 'self.pid'), String(process.pid));
    execFileSync('mkfifo', [join(this.folder, 'pipe')]);
    const file = join(this.folder, 'monitrc');
    writeFileSync(file, control(this.folder, this.port), { mode: 0o600 });
    return file;
  }

  ask({ path, login = ADMIN, method, form, cookie }: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.port,
          path,
          method: method ?? (form === undefined ? 'GET' : 'POST'),
          agent: false,
          headers: {
            ...(login === '' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
            ...(cookie === undefined ? {} : { cookie }),
            ...(form === undefined
              ? {}
              : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(form) }),
          },
        },
        (incoming) => {
          let body = '';
          const { headers, statusCode = 0 } = incoming;
          incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
          incoming.on('end', () =>
            resolve({
              status: statusCode,
              type: headers['content-type']?.split(';')[0] ?? '',
              body,
              location: headers.location,
              cookie: headers['set-cookie']?.[0]?.split('=')[0],
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(form);
    });
  }

  async xml(query = ''): Promise<XmlElement> {
    return elementsOf((await this.ask({ path: `/_status?format=xml${query}` })).body);
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe.skipIf(isMissing('monit'))('the pages beside those of monit itself, on the same control file (S20)', () => {
  const real = new Side();
  const ours = new Side();
  let child: ChildProcess | undefined;
  let harness: PluginHarness | undefined;
  const both = (ask: Ask): Promise<Answer[]> => Promise.all([real.ask(ask), ours.ask(ask)]);

  beforeAll(async () => {
    child = spawn('monit', ['-I', '-c', await real.write()], { stdio: 'ignore' });
    const include = [await ours.write()];
    harness = await pluginHarness(monitCompat, { config: { plugins: { 'monit-compat': { poll: 10, include } } } });
    const isLookedAt = async (side: Side): Promise<boolean> => {
      const text = (await side.ask({ path: '/_status' }).catch(() => undefined))?.body ?? '';
      return (
        /Program 'failing'[^']*\n.*Status failed/.test(plain(text)) &&
        /Host 'web'[^']*\n.*Connection failed/.test(plain(text))
      );
    };
    await until(() => isLookedAt(real), 'monit has looked at everything');
    await until(async () => {
      await harness?.advance(10_000);
      return isLookedAt(ours);
    }, 'we have looked at everything');
  }, 90_000);

  afterAll(async () => {
    await harness?.close();
    if (child !== undefined) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    real.clear();
    ours.clear();
  });

  const token = { cookie: 'securitytoken=mine' };

  it.each<[string, Ask]>([
    ['no login', { path: '/', login: '' }],
    ['a wrong password', { path: '/_status', login: 'admin:wrong' }],
    ['a reader', { path: '/_status', login: GUEST }],
    ['a reader and the log', { path: '/_viewlog', login: GUEST }],
    ['a reader who acts', { path: '/passwd', login: GUEST, form: 'securitytoken=mine&action=unmonitor', ...token }],
    ['the home page', { path: '/' }],
    ['a service', { path: '/passwd' }],
    ['a service in other letters', { path: '/PASSWD' }],
    ['no such service', { path: '/none' }],
    ['an unknown page', { path: '/_none' }],
    ['GET of the action page', { path: '/_doaction?service=passwd&action=unmonitor' }],
    ['GET with an action', { path: '/passwd?action=unmonitor' }],
    ['ping', { path: '/_ping' }],
    ['the id', { path: '/_getid' }],
    ['the log', { path: '/_viewlog' }],
    ['the settings', { path: '/_runtime' }],
    ['about', { path: '/_about' }],
    ['status', { path: '/_status' }],
    ['status as text', { path: '/_status?format=text' }],
    ['status in a format that does not exist', { path: '/_status?format=json' }],
    ['status as XML', { path: '/_status?format=xml' }],
    ['status of a group', { path: '/_status?group=g1' }],
    ['status of no group', { path: '/_status?group=none' }],
    ['status of no service', { path: '/_status?service=none' }],
    ['summary', { path: '/_summary' }],
    ['summary of no service', { path: '/_summary?service=none' }],
    ['report', { path: '/_report' }],
    ['report of a type', { path: '/_report?type=down' }],
    ['report of no type', { path: '/_report?type=none' }],
    ['PUT', { path: '/passwd', method: 'PUT', form: '' }],
    ['DELETE', { path: '/passwd', method: 'DELETE' }],
    ['OPTIONS', { path: '/passwd', method: 'OPTIONS' }],
    ['POST without the cookie', { path: '/passwd', form: 'securitytoken=mine&action=monitor' }],
    ['POST without the token', { path: '/passwd', form: 'action=monitor', ...token }],
    ['POST with another token', { path: '/passwd', form: 'securitytoken=yours&action=monitor', ...token }],
    ['POST of no action', { path: '/passwd', form: 'securitytoken=mine&action=jump', ...token }],
    ['POST to no service', { path: '/none', form: 'securitytoken=mine&action=monitor', ...token }],
    ['POST for no service', { path: '/_doaction', form: 'securitytoken=mine&action=monitor&service=none', ...token }],
    [
      'POST of no action for a service',
      { path: '/_doaction', form: 'securitytoken=mine&action=jump&service=tmp', ...token },
    ],
    ['POST without an action', { path: '/passwd', form: 'securitytoken=mine', ...token }],
    ['POST that reads, without a token', { path: '/_status', form: 'format=text', login: GUEST }],
    ['POST that reads', { path: '/_status', form: 'format=text&securitytoken=mine', login: GUEST, ...token }],
    ['POST of an action', { path: '/tmp', form: 'securitytoken=mine&action=monitor', ...token }],
  ])('%s: the same status, kind of content, cookie and place to go', async (_title, ask) => {
    const [theirs, own] = (await both(ask)).map(({ status, type, location, cookie }) => ({
      status,
      type,
      location,
      cookie,
    }));
    expect(own).toEqual(theirs);
  });

  it('HEAD is answered as GET is, where monit answers 501, with a body', async () => {
    expect(await ours.ask({ path: '/_ping', method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    await expect(real.ask({ path: '/_ping', method: 'HEAD' })).rejects.toThrow(/Parse Error/);
  });

  it('after an action for several services the home page comes, where monit sends to a page that it does not have', async () => {
    const form = 'securitytoken=mine&action=monitor&service=passwd&service=tmp';
    const [theirs, own] = await both({ path: '/_doaction', form, ...token });
    expect([theirs?.status, own?.status]).toEqual([302, 302]);
    expect([theirs?.location, own?.location]).toEqual(['/_doaction', '/']);
  });

  it('an action is carried out', async () => {
    for (const side of [real, ours]) {
      const form = 'securitytoken=mine&action=unmonitor';
      expect((await side.ask({ path: '/pipe', form, ...token })).status).toBe(302);
      await until(async () => {
        await harness?.advance(1);
        return /<name>pipe<\/name>.*?<monitor>0</s.test((await side.ask({ path: '/_status?format=xml' })).body);
      }, 'it is not monitored');
      await side.ask({ path: '/pipe', form: form.replace('unmonitor', 'monitor'), ...token });
      await until(async () => {
        await harness?.advance(10_000);
        return /<name>pipe<\/name>.*?<monitor>1</s.test((await side.ask({ path: '/_status?format=xml' })).body);
      }, 'it is monitored');
    }
  });

  it('the XML has the same elements in the same order, with the same kinds of values', async () => {
    const [theirs, own] = await Promise.all([real.xml(), ours.xml()]);
    expect(shapeOf(own)).toEqual(shapeOf(theirs).filter((line) => !NOT_IN_OUR_XML.test(line)));
  });

  it('and the same values, where they do not change from one moment to the next', async () => {
    const [theirs, own] = await Promise.all([real.xml(), ours.xml()]);
    expect(steady(own, ours)).toEqual(steady(theirs, real).filter((line) => !NOT_IN_OUR_XML.test(line)));
  });

  it('figures that change are near each other', async () => {
    const [theirs, own] = await Promise.all([real.xml(), ours.xml()]);
    const figures = (root: XmlElement): number[] =>
      [
        'service/memory/kilobyte',
        'service/filedescriptors/open',
        'service/block/usage',
        'service/inode/usage',
        'service/system/memory/kilobyte',
        'service/threads',
        'platform/memory',
      ].map((path) => Number(valuesOf(root, `monit/${path}`)[0]));
    const [real_, ours_] = [figures(theirs), figures(own)];
    for (const [index, value] of real_.entries()) {
      expect(value).toBeGreaterThan(0);
      expect(Math.abs((ours_[index] ?? 0) - value) / value).toBeLessThan(0.2);
    }
  });

  it('the text has the labels of monit, and no colours', async () => {
    await harness?.advance(1000);
    const [theirs = '', own = ''] = (await both({ path: '/_status' })).map(({ body }) => body);
    expect(own).not.toContain('\u001b');
    const known = new Set(labelsOf(own));
    const missing = labelsOf(plain(theirs)).filter((label) => !known.has(label));
    expect([...new Set(missing)].sort()).toEqual(NOT_IN_OUR_TEXT);
    expect(headingsOf(own)).toEqual(headingsOf(plain(theirs)));
  });

  it('report counts the same', async () => {
    const [theirs, own] = await both({ path: '/_report' });
    expect(own?.body.replaceAll(/ +/g, ' ')).toBe(theirs?.body.replaceAll(/ +/g, ' '));
    const [down, ownDown] = await both({ path: '/_report?type=down' });
    expect(ownDown?.body).toBe(down?.body);
  });

  it("monit's own command line reads and acts through our pages", async () => {
    // It asks this file whether there is a daemon at all.
    writeFileSync(join(ours.folder, 'monit.pid'), String(process.pid));
    const monit = async (...args: string[]): Promise<string> =>
      (await promisify(execFile)('monit', ['-B', '-c', join(ours.folder, 'monitrc'), ...args])).stdout;
    expect(await monit('summary')).toMatch(/passwd +OK +File/);
    expect(await monit('status', 'failing')).toMatch(/last exit value +1/);
    expect(await monit('report', 'down')).toBe('3\n');
    await monit('unmonitor', 'tmp');
    await until(async () => {
      await harness?.advance(1);
      return (await monit('summary', 'tmp')).includes('Not monitored');
    }, 'tmp is not monitored');
    await monit('monitor', 'tmp');
    await expect(monit('status', 'none')).rejects.toMatchObject({ code: 1 });
  });
});

/** Figures that the reference program shows in words and we show in others, or not. */
const NOT_IN_OUR_TEXT: readonly string[] = [
  'block size',
  'boot time',
  'security attribute',
  'service time',
  'space free total',
];

const NOT_IN_OUR_XML = /\/servicetime/;

function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '');
}

function labelsOf(text: string): string[] {
  return text.split('\n').flatMap((line) => /^ {2}(\S.{26,}?)  ?\S/.exec(line)?.[1]?.trim() ?? []);
}

function headingsOf(text: string): string[] {
  return text.split('\n').filter((line) => /^\S.*'$/.test(line));
}

/** Each element with its path and the kind of its value. */
function shapeOf(element: XmlElement, path = ''): string[] {
  const own = `${path}/${element.name}${Object.keys(element.attributes)
    .map((key) => `@${key}`)
    .join('')}`;
  const children = element.children.flatMap((child) => shapeOf(child, own));
  return [children.length > 0 ? own : `${own} ${kindOf(element.text)}`, ...children];
}

function kindOf(text: string): string {
  return /^-?\d+$/.test(text)
    ? 'integer'
    : /^-?\d+\.\d+$/.test(text)
      ? `decimal ${text.split('.')[1]?.length}`
      : 'text';
}

function valuesOf(element: XmlElement, path: string): string[] {
  const [first, ...rest] = path.split('/');
  if (element.name !== first) return [];
  return rest.length === 0 ? [element.text] : element.children.flatMap((child) => valuesOf(child, rest.join('/')));
}

const CHANGING =
  /^(?:id|incarnation|uptime|collected_u?sec|kilobyte(?:total)?|percent(?:total)?|responsetime|now|count|total|started|open(?:total)?|allocated|avg\d+|user|system|nice|wait|hardirq|softirq|steal|guest|guestnice|usage|access|change|modify|threads|children|poll)$/;

function steady(element: XmlElement, side: Side, path = ''): string[] {
  if (CHANGING.test(element.name) && element.children.length === 0) return [];
  const own = `${path}/${element.name}`;
  const text = element.text.replaceAll(side.folder, 'FOLDER').replaceAll(String(side.port), 'PORT');
  return [
    ...(element.children.length > 0 ? [] : [`${own} ${JSON.stringify(element.attributes)} ${text}`]),
    ...element.children.flatMap((child) => steady(child, side, own)),
  ];
}
