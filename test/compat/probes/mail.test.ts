import { chmod, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attempt } from '../../fixtures/probes/attempt.ts';
import { makeCertificate } from '../../fixtures/probes/certificate.ts';
import { freePort, has, type RealServer, realServer, scratchFolder } from '../../fixtures/probes/real-server.ts';

const isRoot = process.getuid?.() === 0;

describe.skipIf(!has('smtpd') || !isRoot)('opensmtpd', () => {
  it('is greeted, with the monit-style dialogue too', async () => {
    const folder = await scratchFolder();
    const port = await freePort();
    const config = join(folder, 'smtpd.conf');
    await writeFile(
      config,
      `listen on 127.0.0.1 port ${port} hostname mail.test\naction "keep" maildir "${folder}/mail"\nmatch for local action "keep"\n`,
      { mode: 0o600 },
    );
    await realServer(['smtpd', '-d', '-f', config], { ports: [port] });
    expect(await attempt({ smtp: port })).toMatchObject({ ok: true, message: expect.stringContaining('mail.test') });
    const steps = [
      { expect: '220 ' },
      { send: 'HELO probe.test\r\n' },
      { matches: '250 .*pleased' },
      { send: 'QUIT\r\n' },
      { expect: '221' },
    ];
    expect(await attempt({ tcp: { address: port, steps } })).toMatchObject({
      ok: true,
      message: 'answered as expected',
    });
    expect(await attempt({ imap: port })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the server greets with "220 '),
    });
  });

  it('is asked for TLS, and refuses where it has no certificate', async () => {
    const folder = await scratchFolder();
    const { key, cert } = makeCertificate(folder, { isRsa: true });
    await chmod(key, 0o600);
    const [plain, inside] = [await freePort(), await freePort()];
    const config = join(folder, 'smtpd.conf');
    const lines = [
      `pki mail.test cert "${cert}"`,
      `pki mail.test key "${key}"`,
      `listen on 127.0.0.1 port ${plain} hostname mail.test`,
      `listen on 127.0.0.1 port ${inside} tls-require pki mail.test hostname mail.test`,
      `action "keep" maildir "${folder}/mail"`,
      'match for local action "keep"',
    ];
    await writeFile(config, `${lines.join('\n')}\n`, { mode: 0o600 });
    await realServer(['smtpd', '-d', '-f', config], { ports: [plain, inside] });
    const result = await attempt({ smtp: { address: inside, tls: { starttls: true, ca: cert, days_left: 7 } } });
    // OpenSMTPD 6.8 with OpenSSL 3, as in Debian 12, agrees and then cannot sign: "rsa routines: missing private key".
    const cannotSign = `cannot begin TLS with 127.0.0.1:${inside}: tlsv1 alert internal error`;
    if (result.ok) expect(result.message).toMatch(/mail\.test .*, certificate for (29|30) days$/);
    else expect(result.message).toBe(cannotSign);
    expect(await attempt({ smtp: { address: plain, tls: 'starttls' } })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^the answer to STARTTLS is 50\d /),
    });
    expect(await attempt({ smtp: { address: plain, tls: true } })).toMatchObject({
      ok: false,
      message: `cannot connect to 127.0.0.1:${plain}: the server does not speak TLS`,
    });
  });
});

describe.skipIf(
  !has('dovecot') ||
    !existsSync('/usr/lib/dovecot/imap-login') ||
    !existsSync('/usr/lib/dovecot/pop3-login') ||
    !isRoot,
)('dovecot', () => {
  it('is greeted as IMAP and as POP3', async () => {
    const [imap, pop3] = [await freePort(), await freePort()];
    await dovecot({ imap, pop3 }, ['ssl = no']);
    expect(await attempt({ imap })).toMatchObject({ ok: true, message: expect.stringContaining('Dovecot') });
    expect(await attempt({ pop3 })).toMatchObject({ ok: true, message: expect.stringContaining('+OK') });
    expect(await attempt({ pop3: imap })).toMatchObject({ ok: false });
    expect(await attempt({ imap: pop3 })).toMatchObject({ ok: false });
    expect(await attempt({ imap: { address: imap, tls: 'starttls' } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the server answers STARTTLS with "t1 BAD'),
    });
    expect(await attempt({ pop3: { address: pop3, tls: 'starttls' } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('the server answers "-ERR'),
    });
  });

  it('begins TLS inside the connection', async () => {
    const { key, cert } = makeCertificate(await scratchFolder());
    const [imap, pop3] = [await freePort(), await freePort()];
    await dovecot({ imap, pop3 }, ['ssl = required', `ssl_cert = <${cert}`, `ssl_key = <${key}`]);
    const tls = { starttls: true, ca: cert, days_left: 7 };
    const message = expect.stringMatching(/Dovecot.*, certificate for (29|30) days$/);
    expect(await attempt({ imap: { address: imap, tls } })).toMatchObject({ ok: true, message });
    expect(await attempt({ pop3: { address: pop3, tls } })).toMatchObject({ ok: true, message });
    expect(await attempt({ imap: { address: imap, tls: { ...tls, servername: 'other.test' } } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('other.test'),
    });
    expect(await attempt({ pop3: { address: pop3, tls: { ...tls, days_left: 60 } } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('at least 60 are asked for'),
    });
  });
});

/** Runs Dovecot with these settings beside those that it needs. */
async function dovecot(
  { imap, pop3 }: { imap: number; pop3: number },
  settings: readonly string[],
): Promise<RealServer> {
  const folder = await scratchFolder();
  const config = join(folder, 'dovecot.conf');
  const lines = [
    ...settings,
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/state`,
    'protocols = imap pop3',
    'listen = 127.0.0.1',
    'log_path = /dev/stderr',
    `mail_location = maildir:${folder}/mail`,
    'passdb {',
    '  driver = static',
    '  args = nopassword=y',
    '}',
    'userdb {',
    '  driver = static',
    `  args = uid=nobody gid=nogroup home=${folder}`,
    '}',
    'service imap-login {',
    '  inet_listener imap {',
    `    port = ${imap}`,
    '  }',
    '  inet_listener imaps {',
    '    port = 0',
    '  }',
    '}',
    'service pop3-login {',
    '  inet_listener pop3 {',
    `    port = ${pop3}`,
    '  }',
    '  inet_listener pop3s {',
    '    port = 0',
    '  }',
    '}',
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  return realServer(['dovecot', '-F', '-c', config], { ports: [imap, pop3] });
}
