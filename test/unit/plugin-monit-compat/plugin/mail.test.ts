import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PluginHarness, pluginHarness } from '@tappet/core/testing';
import { createMailer, fileQueue, loadMonitText } from '@tappet/plugin-monit-compat/library';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isMissing } from '../../../compat/monit/tools.ts';
import { until } from '../../../e2e/support/tappet.ts';
import { makeCertificate } from '../../../fixtures/probes/certificate.ts';
import { type Sink, smtpSink } from '../smtp-sink.ts';
import { createWorld, ENDED, GONE, type World } from './world.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monit-mail-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MAIL = { to: 'a@x.example', from: 'm@x.example', replyTo: undefined, subject: 's', text: 't' };

function send(sink: Sink, words: string, startTlsPorts: readonly number[] = []): Promise<void> {
  const { configuration, issues, accepted } = loadMonitText(
    `set mailserver 127.0.0.1 port ${sink.port} ${words} with timeout 2 seconds`,
  );
  if (!accepted) throw new Error(issues.map(({ message }) => message).join('; '));
  return createMailer(configuration.settings, { startTlsPorts: new Set(startTlsPorts) })(MAIL);
}

describe.skipIf(isMissing('openssl'))('mail over TLS', () => {
  it('begins with the first byte on a port of its own', async () => {
    await using sink = await smtpSink({ certificate: makeCertificate(folder), isSecure: true });
    await send(sink, 'using tlsv12');
    expect(sink.mails).toHaveLength(1);
  });

  it('begins with STARTTLS on the ports of plain mail, and the password comes after it', async () => {
    await using sink = await smtpSink({ certificate: makeCertificate(folder) });
    await send(sink, 'username "me" password "it" using ssl', [sink.port]);
    expect(sink.mails).toHaveLength(1);
    const begun = sink.commands.findIndex((command) => command === 'STARTTLS');
    expect(sink.commands.slice(0, begun).join()).not.toContain('AUTH');
    expect(sink.commands.slice(begun + 1).every((command) => command.startsWith('tls '))).toBe(true);
  });

  it('is asked for in vain: then nothing is sent', async () => {
    await using sink = await smtpSink();
    await expect(send(sink, 'using ssl', [sink.port])).rejects.toThrow(/127\.0\.0\.1/);
    await expect(send(sink, 'using ssl')).rejects.toThrow(/127\.0\.0\.1/);
    expect(sink.mails).toEqual([]);
    expect(sink.commands.join()).not.toContain('MAIL');
  });

  it('a certificate counts only where the file wants it verified', async () => {
    const good = makeCertificate(folder, { name: 'good' });
    const expired = makeCertificate(folder, { name: 'expired', isExpired: true });
    await using sink = await smtpSink({ certificate: good, isSecure: true });
    await using old = await smtpSink({ certificate: expired, isSecure: true });
    await send(old, 'using ssl');
    expect(old.mails).toHaveLength(1);
    await expect(send(sink, 'using ssl with options {verify: enable}')).rejects.toThrow(/self-signed/);
    expect(sink.mails).toEqual([]);
    await send(sink, `using ssl with options {verify: enable cacertificatefile: ${good.cert}}`);
    expect(sink.mails).toHaveLength(1);
    const trusting = `using ssl with options {verify: enable cacertificatefile: ${expired.cert}}`;
    await expect(send(old, trusting)).rejects.toThrow(/expired/);
  });

  it('versions of the file are kept to', async () => {
    await using sink = await smtpSink({ certificate: makeCertificate(folder), isSecure: true });
    await expect(send(sink, 'using ssl with options {version: tlsv11}')).rejects.toThrow(/127\.0\.0\.1/);
    await send(sink, 'using ssl with options {version: tlsv13}');
    expect(sink.mails).toHaveLength(1);
  });
});

interface Alerting {
  readonly world: World;
  readonly harness: PluginHarness;
  readonly waiting: () => readonly string[];
}

/** A service that is gone, and those who are told. */
async function alerting(mailPort: number, { rest = '', options = {} } = {}): Promise<Alerting> {
  const world = createWorld();
  world.samples.set('app', GONE);
  const monit = `set mailserver 127.0.0.1 port ${mailPort} with timeout 1 seconds
set eventqueue basedir ${folder}/queue slots 3
${rest === '' ? 'set alert admin@example.org' : rest}
check file app with path /srv/app
  if does not exist then alert`;
  const harness = await pluginHarness(world.plugin, {
    config: { plugins: { 'monit-compat': { poll: 10, monit, ...options } } },
  });
  await harness.advance(1);
  return {
    world,
    harness,
    waiting: () => {
      try {
        return readdirSync(join(folder, 'queue'));
      } catch {
        return [];
      }
    },
  };
}

describe('a mail server that', () => {
  it('asks for patience gets the mail later (4xx)', async () => {
    let isPatient = false;
    await using sink = await smtpSink({
      reply: (command) => (command.startsWith('RCPT') && !isPatient ? '451 try later' : undefined),
    });
    const { harness, waiting } = await alerting(sink.port);
    await until(() => waiting().length === 1, 'it waits');
    isPatient = true;
    await harness.advance(10_000);
    await until(() => sink.mails.length === 1 && waiting().length === 0, 'it was sent');
    await harness.close();
  });

  it('refuses one recipient for good loses that mail, aloud, and no other (5xx)', async () => {
    await using sink = await smtpSink({
      reply: (command) => (command.includes('nobody@') ? '550 no such user' : undefined),
    });
    const { harness, waiting } = await alerting(sink.port, {
      rest: 'set alert nobody@example.org\nset alert admin@example.org',
    });
    await until(() => sink.mails.length === 1, 'the other one was sent');
    await until(
      () => harness.logged.some(({ message }) => /alert to nobody@example\.org, it is lost.*550/.test(message)),
      'the loss is told',
    );
    expect(waiting()).toEqual([]);
    await harness.close();
  });

  it('keeps one recipient waiting holds nobody else up', async () => {
    let isOpen = false;
    await using sink = await smtpSink({
      reply: (command) => {
        if (command === 'greeting' && !isOpen) return '421 closed';
        return command.includes('slow@') ? '451 try later' : undefined;
      },
    });
    const { harness, waiting } = await alerting(sink.port, {
      rest: 'set alert slow@example.org\nset alert admin@example.org',
    });
    await until(() => waiting().length === 2, 'both wait');
    isOpen = true;
    await harness.advance(10_000);
    await until(() => sink.mails.length === 1 && waiting().length === 1, 'one was sent, one waits');
    expect(sink.mails[0]).toContain('To: admin@example.org');
    await harness.close();
  });

  it.each(['greeting', 'EHLO', 'DATA', '.'])(
    'hangs at %s is left after its timeout, and the mail waits',
    async (at) => {
      await using sink = await smtpSink({ reply: (command) => (command.startsWith(at) ? 'hang' : undefined) });
      const { harness, waiting } = await alerting(sink.port);
      await until(() => waiting().length === 1, 'it waits');
      await harness.close();
    },
  );

  it.each(['greeting', 'RCPT', '.'])('hangs up at %s loses nothing', async (at) => {
    let isWell = false;
    await using sink = await smtpSink({
      reply: (command) => (command.startsWith(at) && !isWell ? 'drop' : undefined),
    });
    const { harness, waiting } = await alerting(sink.port);
    await until(() => waiting().length === 1, 'it waits');
    isWell = true;
    await harness.advance(10_000);
    await until(() => waiting().length === 0, 'it was sent');
    await harness.close();
  });
});

describe('what waits', () => {
  it('is sent by the next supervisor', async () => {
    const gone = await smtpSink();
    await gone[Symbol.asyncDispose]();
    const first = await alerting(gone.port);
    await until(() => first.waiting().length === 1, 'it waits');
    await first.harness.close();
    await using sink = await smtpSink();
    const next = await alerting(sink.port);
    // One of its own, and the one that waited.
    await until(() => sink.mails.length === 2 && next.waiting().length === 0, 'both were sent');
    await next.harness.close();
  });

  it('includes what was under way when the supervisor ended', async () => {
    await using sink = await smtpSink({ reply: (command) => (command.startsWith('RCPT') ? 'hang' : undefined) });
    const { harness, waiting } = await alerting(sink.port);
    await until(() => sink.commands.some((command) => command.startsWith('RCPT')), 'it is under way');
    await harness.close();
    expect(waiting()).toHaveLength(1);
  });

  it('is told as lost when its folder cannot be written', async () => {
    const gone = await smtpSink();
    await gone[Symbol.asyncDispose]();
    writeFileSync(join(folder, 'queue'), 'a file where the folder should be');
    const { harness } = await alerting(gone.port);
    await until(() => harness.logged.some(({ message }) => message.includes('it is lost')), 'the loss is told');
    await harness.close();
  });

  it('for the webhook takes no place of the mail', () => {
    const queue = fileQueue(folder, 1);
    expect(queue.put({ kind: 'webhook', body: {} })).toBeDefined();
    expect(queue.put({ kind: 'webhook', body: {} })).toBeUndefined();
    expect(queue.put({ kind: 'mail', mail: MAIL })).toBeDefined();
  });

  it('and is no alert, or much too large, is never sent', () => {
    const queue = fileQueue(folder, 5);
    writeFileSync(join(folder, '1-mail.tappet-alert'), JSON.stringify({ kind: 'mail', mail: { to: 1 } }));
    writeFileSync(
      join(folder, '2-mail.tappet-alert'),
      JSON.stringify({ kind: 'mail', mail: { ...MAIL, text: 'x'.repeat(2 * 1024 * 1024) } }),
    );
    expect(queue.waiting().map((entry) => queue.read(entry))).toEqual([undefined, undefined]);
  });
});

describe('the format', () => {
  it('fills every variable in, and no text makes a header', async () => {
    await using sink = await smtpSink();
    const { harness } = await alerting(sink.port, {
      rest: `set mail-format {
  from: Monit <monit@example.org>
  reply-to: staff@example.org
  subject: [$HOST] $SERVICE: $EVENT
  message: action=$ACTION date=$DATE host=$HOST
what=$DESCRIPTION cost=$5 }
set alert admin@example.org`,
    });
    await until(() => sink.mails.length === 1, 'it was sent');
    const [mail = ''] = sink.mails;
    expect(mail).toMatch(/^From: Monit <monit@example\.org>$/m);
    expect(mail).toMatch(/^Reply-To: staff@example\.org$/m);
    expect(mail).toMatch(/^Subject: \[\S+\] app: Does not exist$/m);
    expect(mail).toMatch(/^action=alert date=\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d host=\S+$/m);
    expect(mail).toContain('cost=$5');
    await harness.close();
  });

  it('of a hostile description stays in the body', async () => {
    await using sink = await smtpSink();
    const world = createWorld();
    world.samples.set('app', { ...GONE, reason: 'gone\r\nBcc: everybody@example.org\r\n\r\nbody' });
    const harness = await pluginHarness(world.plugin, {
      config: {
        plugins: {
          'monit-compat': {
            poll: 10,
            monit: `set mailserver 127.0.0.1 port ${sink.port}
set mail-format { subject: $SERVICE $DESCRIPTION }
set alert admin@example.org
check file app with path /srv/app
  if does not exist then alert`,
          },
        },
      },
    });
    await harness.advance(1);
    await until(() => sink.mails.length === 1, 'it was sent');
    const [header = ''] = (sink.mails[0] ?? '').split('\n\n');
    expect(header).toContain('everybody@example.org');
    expect(header).not.toMatch(/^Bcc:/im);
    expect(sink.commands.filter((command) => command.startsWith('RCPT'))).toEqual(['RCPT TO:<admin@example.org>']);
    await harness.close();
  });
});

describe('actions', () => {
  it('that fail are told once, and when they work again; those that a person asks for, when they are done', async () => {
    await using sink = await smtpSink();
    const world = createWorld();
    world.ports.set(80, false);
    world.ends = () => ({ ...ENDED, error: 'no such file' });
    const harness = await pluginHarness(world.plugin, {
      config: {
        plugins: {
          'monit-compat': {
            poll: 10,
            monit: `set mailserver 127.0.0.1 port ${sink.port}
set mail-format { subject: $EVENT
 message: $DESCRIPTION }
set alert ops@example.org only on { exec, action }
set alert other@example.org not on { exec, action, connection }
check host app with address 127.0.0.1
  start program = "/bin/up"
  if failed port 80 then start`,
          },
        },
      },
    });
    await harness.advance(1);
    await until(() => sink.mails.length === 1, 'the failure is told');
    await harness.advance(20_000);
    world.ends = () => ENDED;
    await harness.advance(10_000);
    await until(() => sink.mails.length === 2, 'it works again');
    await harness.supervisor.call(
      'monit-compat',
      'act',
      { action: 'unmonitor', names: ['app'] },
      AbortSignal.timeout(10_000),
    );
    await until(() => sink.mails.length === 3, 'the action is told');
    expect(sink.mails.map((mail) => /^Subject: (.*)$/m.exec(mail)?.[1])).toEqual([
      'Execution failed',
      'Execution succeeded',
      'Action done',
    ]);
    expect(sink.mails.every((mail) => mail.includes('To: ops@example.org'))).toBe(true);
    expect(sink.mails[0]).toContain('cannot start: /bin/up cannot be run: no such file');
    expect(sink.mails[2]).toContain('unmonitor action done');
    await harness.close();
  });
});

describe('a webhook', () => {
  it('that fails gets the event later; one that refuses it for good does not', async () => {
    await using sink = await smtpSink();
    let status = 503;
    let taken = 0;
    const server = createServer((request, response) => {
      request.resume();
      taken += status === 200 ? 1 : 0;
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const { world, harness, waiting } = await alerting(sink.port, { options: { webhook } });
    await until(() => waiting().length === 1, 'it waits');
    status = 200;
    await harness.advance(10_000);
    await until(() => taken === 1 && waiting().length === 0, 'it was delivered');
    status = 404;
    world.samples.delete('app');
    await harness.advance(10_000);
    await until(
      () => harness.logged.some(({ message }) => /to the webhook, it is lost.*404/.test(message)),
      'the loss is told',
    );
    expect(waiting()).toEqual([]);
    await harness.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
