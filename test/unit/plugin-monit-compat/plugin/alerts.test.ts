import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pluginHarness } from '@tappet/core/testing';
import { createMailer, fileQueue, loadMonitText, memoryQueue } from '@tappet/plugin-monit-compat/library';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../e2e/support/tappet.ts';
import { smtpSink } from '../smtp-sink.ts';
import { createWorld } from './world.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monit-alerts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MAIL = { to: 'a@x', from: 'm@x', replyTo: undefined, subject: 's', text: 't' };

function control(port: number): string {
  return `set mailserver 127.0.0.1 port ${port}
set eventqueue basedir ${folder}/queue slots 2
set mail-format { from: monit@example.org
 subject: $SERVICE $EVENT on my machine
 message: $ACTION because $DESCRIPTION }
set alert admin@example.org reminder on 3 cycles
check host app with address 127.0.0.1
  if failed port 80 then alert
  alert owner@example.org only on { timeout }`;
}

describe('alerts by mail', () => {
  it('go to those whose filter lets them through, formatted, and are repeated as asked', async () => {
    await using sink = await smtpSink();
    const world = createWorld();
    world.ports.set(80, false);
    const harness = await pluginHarness(world.plugin, {
      config: { plugins: { 'monit-compat': { poll: 10, monit: control(sink.port) } } },
    });
    await harness.advance(1);
    await until(() => sink.mails.length === 1, 'the alert has come');
    const [first] = sink.mails;
    expect(first).toContain('To: admin@example.org');
    expect(first).toContain('From: monit@example.org');
    expect(first).toContain('Subject: app Connection failed on my machine');
    expect(first).toContain('alert because refused');
    await harness.advance(20_000);
    await until(() => sink.mails.length === 2, 'the reminder has come');
    world.ports.set(80, true);
    await harness.advance(10_000);
    await until(() => sink.mails.length === 3, 'the recovery has come');
    expect(sink.mails[2]).toContain('Connection succeeded');
    await harness.close();
  });

  it('wait on disk, private and bounded, while the server is down, and are sent when it is back', async () => {
    const gone = await smtpSink();
    const { port } = gone;
    await gone[Symbol.asyncDispose]();
    const world = createWorld();
    const harness = await pluginHarness(world.plugin, {
      config: { plugins: { 'monit-compat': { poll: 10, monit: control(port) } } },
    });
    const queue = join(folder, 'queue');
    const waiting = (): string[] => {
      try {
        return readdirSync(queue);
      } catch {
        return [];
      }
    };
    const turns = [false, true, false];
    for (const [index, ok] of turns.entries()) {
      world.ports.set(80, ok);
      await harness.advance(10_000);
      if (index < 2) await until(() => waiting().length === index + 1, 'it waits');
    }
    await until(() => harness.logged.some(({ message }) => message.includes('it is lost')), 'the third one is lost');
    expect(waiting()).toHaveLength(2);
    expect(statSync(join(queue, waiting()[0] ?? '')).mode & 0o777).toBe(0o600);
    await using sink = await smtpSink({ port });
    await harness.advance(10_000);
    await until(() => sink.mails.length === 2 && waiting().length === 0, 'both have come');
    expect(sink.mails[0]).toContain('Connection failed');
    expect(sink.mails[1]).toContain('Connection succeeded');
    await harness.close();
  });

  it('a second server takes what the first one refuses', async () => {
    await using sink = await smtpSink();
    const { configuration } = loadMonitText(`set mailserver 127.0.0.1 port 1, 127.0.0.1 port ${sink.port}`);
    await createMailer(configuration.settings)(MAIL);
    expect(sink.mails).toHaveLength(1);
  });
});

describe('alerts to a webhook', () => {
  it('carry the event as JSON', async () => {
    const bodies: string[] = [];
    const server = createHttpServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        bodies.push(`${String(request.headers['x-key'])} ${body}`);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const world = createWorld();
    world.ports.set(80, false);
    const harness = await pluginHarness(world.plugin, {
      config: {
        plugins: {
          'monit-compat': {
            poll: 10,
            monit: 'check host app with address 127.0.0.1\n if failed port 80 then alert',
            webhook: { url: `http://127.0.0.1:${port}/hook`, headers: { 'x-key': 'k1' } },
          },
        },
      },
    });
    await harness.advance(1);
    await until(() => bodies.length === 1, 'the event has come');
    expect(bodies[0]).toMatch(/^k1 /);
    expect(JSON.parse(bodies[0]?.slice(3) ?? '')).toMatchObject({
      service: 'app',
      event: 'connection',
      state: 'failed',
    });
    await harness.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('the queue', () => {
  it('gives back the oldest first, leaves foreign files alone and drops damaged ones', () => {
    const queue = fileQueue(folder, 10);
    writeFileSync(join(folder, 'someone-elses'), 'x');
    expect(queue.put({ kind: 'mail', mail: MAIL })).toBeDefined();
    expect(queue.put({ kind: 'webhook', body: { a: 'b' } })).toBeDefined();
    const [first = '', second = ''] = queue.waiting();
    expect(queue.waiting()).toHaveLength(2);
    expect(queue.read(first)).toEqual({ kind: 'mail', mail: MAIL });
    expect(queue.read(second)).toEqual({ kind: 'webhook', body: { a: 'b' } });
    writeFileSync(join(folder, first), '{"kind":"mail"');
    expect(queue.read(first)).toBeUndefined();
    queue.remove(first);
    queue.remove(first);
    expect(queue.waiting()).toEqual([second]);
    expect(readFileSync(join(folder, 'someone-elses'), 'utf8')).toBe('x');
  });

  it('in memory is bounded as well', () => {
    const queue = memoryQueue(1);
    expect(queue.put({ kind: 'mail', mail: MAIL })).toBeDefined();
    expect(queue.put({ kind: 'mail', mail: MAIL })).toBeUndefined();
    expect(queue.put({ kind: 'webhook', body: {} })).toBeDefined();
  });
});
