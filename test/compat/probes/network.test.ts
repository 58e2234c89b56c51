import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attempt } from '../../fixtures/probes/attempt.ts';
import { makeCertificate } from '../../fixtures/probes/certificate.ts';
import { freePort, has, programFile, realServer, run, scratchFolder } from '../../fixtures/probes/real-server.ts';

const isRoot = process.getuid?.() === 0;

describe.skipIf(!has('sshd', 'ssh-keygen') || !isRoot)('openssh', () => {
  it('shows its identification', async () => {
    const folder = await scratchFolder();
    const port = await freePort();
    const key = join(folder, 'key');
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await mkdir('/run/sshd', { recursive: true });
    const config = join(folder, 'sshd_config');
    await writeFile(config, `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${key}\nPidFile none\nUsePAM no\n`);
    await realServer([programFile('sshd'), '-D', '-e', '-f', config], { ports: [port] });
    expect(await attempt({ ssh: port })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^SSH-2\.0-OpenSSH/),
    });
    expect(await attempt({ smtp: port })).toMatchObject({ ok: false });
  });
});

describe.skipIf(!has('dnsmasq'))('dnsmasq', () => {
  it('answers over UDP and TCP', async () => {
    const port = await freePort();
    const options = [
      '-C',
      '/dev/null',
      '-p',
      String(port),
      '--listen-address=127.0.0.1',
      '--bind-interfaces',
      '--no-resolv',
      '--no-hosts',
      '--pid-file=',
      '--txt-record=note.test,hello',
    ];
    const names = ['--address=/shop.test/10.0.0.7', '--address=/shop.test/2001:db8::7', '--address=/gone.test/'];
    await realServer(['dnsmasq', '-k', ...(isRoot ? ['-u', 'root'] : []), ...options, ...names], {
      ports: [port],
    });
    for (const transport of ['udp', 'tcp']) {
      const ask = (more: Record<string, unknown>): ReturnType<typeof attempt> =>
        attempt({ dns: { address: port, transport, ...more } });
      expect(await ask({})).toMatchObject({ ok: true });
      expect(await ask({ name: 'www.shop.test', answer: '10.0.0.7' })).toMatchObject({
        ok: true,
        message: 'NOERROR, 1 answers',
      });
      expect(await ask({ name: 'shop.test', type: 'AAAA', answer: '2001:db8::7' })).toMatchObject({ ok: true });
      expect(await ask({ name: 'note.test', type: 'TXT', answer: 'hello' })).toMatchObject({ ok: true });
      expect(await ask({ name: 'shop.test', answer: '10.0.0.8' })).toMatchObject({
        ok: false,
        message: '10.0.0.8 is not among the answers (10.0.0.7)',
      });
      expect(await ask({ name: 'gone.test' })).toMatchObject({
        ok: false,
        message: 'the server answers NXDOMAIN, expected NOERROR',
      });
      expect(await ask({ name: 'gone.test', code: 'NXDOMAIN' })).toMatchObject({ ok: true });
    }
  });
});

describe.skipIf(!has('vsftpd') || !isRoot)('vsftpd', () => {
  it('is greeted', async () => {
    const port = await vsftpd();
    expect(await attempt({ ftp: port })).toMatchObject({ ok: true, message: expect.stringContaining('vsFTPd') });
    expect(await attempt({ smtp: port })).toMatchObject({ ok: false });
    expect(await attempt({ ftp: { address: port, tls: 'starttls' } })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^the answer to AUTH TLS is 5\d\d /),
    });
  });

  it('begins TLS inside the connection', async () => {
    const { key, cert } = makeCertificate(await scratchFolder());
    const port = await vsftpd(['ssl_enable=YES', `rsa_cert_file=${cert}`, `rsa_private_key_file=${key}`]);
    const tls = { starttls: true, ca: cert, days_left: 7 };
    expect(await attempt({ ftp: { address: port, tls } })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/vsFTPd.*, certificate for (29|30) days$/),
    });
    expect(await attempt({ ftp: { address: port, tls: 'starttls' } })).toMatchObject({
      ok: false,
      message: `cannot begin TLS with 127.0.0.1:${port}: self-signed certificate`,
    });
  });
});

/** Runs vsftpd with these settings beside those that it needs; its port. */
async function vsftpd(settings: readonly string[] = []): Promise<number> {
  const folder = await scratchFolder();
  const port = await freePort();
  const config = join(folder, 'vsftpd.conf');
  const empty = join(folder, 'empty');
  await mkdir(empty, { mode: 0o555 });
  const lines = [
    'listen=YES',
    'background=NO',
    'listen_address=127.0.0.1',
    `listen_port=${port}`,
    'anonymous_enable=YES',
    `secure_chroot_dir=${empty}`,
    'seccomp_sandbox=NO',
    ...settings,
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  await realServer(['vsftpd', config], { ports: [port] });
  return port;
}

describe.skipIf(!has('slapd', '/etc/ldap/schema/core.schema') || !isRoot)('slapd', () => {
  it('is bound and searched, anonymously or as somebody', async () => {
    const [open, closed] = [await slapd(), await slapd(['disallow bind_anon'])];
    expect(await attempt({ ldap: open })).toMatchObject({ ok: true, message: 'answers' });
    expect(await attempt({ ldap: { address: open, dn: 'cn=admin,dc=test', password: 'secret' } })).toMatchObject({
      ok: true,
      message: 'bound',
    });
    expect(await attempt({ ldap: { address: open, dn: 'cn=admin,dc=test', password: 'wrong' } })).toMatchObject({
      ok: false,
      message: 'the bind failed with code 49',
    });
    expect(await attempt({ ldap: closed })).toMatchObject({ ok: true, message: 'answers, refuses an anonymous bind' });
    expect(await attempt({ ldap: { address: open, tls: 'starttls' } })).toMatchObject({
      ok: false,
      message: 'the server refuses StartTLS with code 2',
    });
  });

  it('begins TLS inside the connection', async () => {
    const { key, cert } = makeCertificate(await scratchFolder());
    const port = await slapd([`TLSCertificateFile ${cert}`, `TLSCertificateKeyFile ${key}`, 'security tls=128']);
    const tls = { starttls: true, ca: cert, days_left: 7 };
    expect(await attempt({ ldap: { address: port, dn: 'cn=admin,dc=test', password: 'secret', tls } })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^bound, certificate for (29|30) days$/),
    });
    expect(await attempt({ ldap: { address: port, dn: 'cn=admin,dc=test', password: 'secret' } })).toMatchObject({
      ok: false,
      message: 'the bind failed with code 13',
    });
    expect(await attempt({ ldap: { address: port, tls: 'starttls' } })).toMatchObject({
      ok: false,
      message: `cannot begin TLS with 127.0.0.1:${port}: self-signed certificate`,
    });
  });
});

/** Runs slapd with these settings beside those that it needs; its port. */
async function slapd(settings: readonly string[] = []): Promise<number> {
  const folder = await scratchFolder();
  const config = join(folder, 'slapd.conf');
  const lines = [
    'include /etc/ldap/schema/core.schema',
    ...settings,
    'database ldif',
    'suffix "dc=test"',
    'rootdn "cn=admin,dc=test"',
    'rootpw secret',
    `directory ${folder}`,
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const port = await freePort();
  await realServer(['slapd', '-f', config, '-h', `ldap://127.0.0.1:${port}`, '-d', '0'], { ports: [port] });
  return port;
}

describe.skipIf(!has('mosquitto', 'mosquitto_passwd'))('mosquitto', () => {
  it('lets strangers in, or asks for a user', async () => {
    const folder = await scratchFolder();
    const [open, closed] = [await freePort(), await freePort()];
    const passwords = join(folder, 'passwords');
    await run(['mosquitto_passwd', '-b', '-c', passwords, 'app', 'secret']);
    await run(['chmod', '644', passwords]);
    const config = join(folder, 'mosquitto.conf');
    const settings = [
      'per_listener_settings true',
      `listener ${open} 127.0.0.1`,
      'allow_anonymous true',
      `listener ${closed} 127.0.0.1`,
      'allow_anonymous false',
      `password_file ${passwords}`,
    ];
    await writeFile(config, `${settings.join('\n')}\n`);
    await realServer(['mosquitto', '-c', config], { ports: [open, closed] });
    expect(await attempt({ mqtt: open })).toMatchObject({ ok: true, message: 'connected' });
    expect(await attempt({ mqtt: closed })).toMatchObject({ ok: true, message: 'answers, asks for a user' });
    expect(await attempt({ mqtt: { address: closed, user: 'app', password: 'secret' } })).toMatchObject({
      ok: true,
      message: 'connected',
    });
    expect(await attempt({ mqtt: { address: closed, user: 'app', password: 'wrong' } })).toMatchObject({ ok: false });
  });
});
