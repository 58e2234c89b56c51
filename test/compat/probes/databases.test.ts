import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attempt, until } from '../../fixtures/probes/attempt.ts';
import { makeCertificate } from '../../fixtures/probes/certificate.ts';
import { freePort, has, realServer, run, scratchFolder } from '../../fixtures/probes/real-server.ts';

const isRoot = process.getuid?.() === 0;

describe.skipIf(!has('redis-server'))('redis-server', () => {
  it('is probed with and without a password, over TCP and its unix socket, and while it is frozen and gone', async () => {
    const folder = await scratchFolder();
    const [open, closed] = [await freePort(), await freePort()];
    const socket = join(folder, 'redis.sock');
    const common = ['--bind', '127.0.0.1', '--save', '', '--dir', folder];
    await realServer(['redis-server', '--port', String(closed), ...common, '--requirepass', 'secret'], {
      ports: [closed],
    });
    const server = await realServer(['redis-server', '--port', String(open), ...common, '--unixsocket', socket], {
      ports: [open],
    });
    expect(await attempt({ redis: open })).toMatchObject({ ok: true, message: 'PONG' });
    expect(await attempt({ redis: socket })).toMatchObject({ ok: true, message: 'PONG' });
    expect(await attempt({ tcp: { address: open, send: 'PING\r\n', expect: '+PONG' } })).toMatchObject({ ok: true });
    expect(await attempt({ redis: { address: open, password: 'secret' } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('redis refuses the password'),
    });
    expect(await attempt({ memcached: open })).toMatchObject({
      ok: false,
      message: expect.stringContaining('this is not memcached'),
    });
    process.kill(server.pid, 'SIGSTOP');
    expect(await attempt({ redis: open }, { deadlineMs: 300 })).toMatchObject({
      ok: false,
      detail: { timeout: true },
    });
    process.kill(server.pid, 'SIGCONT');
    expect(await attempt({ redis: open })).toMatchObject({ ok: true });
    await server.stop();
    expect(await attempt({ redis: open })).toMatchObject({
      ok: false,
      message: expect.stringContaining('connection refused'),
    });
    expect(await attempt({ redis: closed })).toMatchObject({ ok: true, message: 'answers, asks for a password' });
    expect(await attempt({ redis: { address: closed, password: 'secret' } })).toMatchObject({
      ok: true,
      message: 'PONG',
    });
    expect(await attempt({ redis: { address: closed, user: 'default', password: 'secret' } })).toMatchObject({
      ok: true,
    });
    expect(await attempt({ redis: { address: closed, password: 'wrong' } })).toMatchObject({ ok: false });
  });
});

describe.skipIf(!has('memcached'))('memcached', () => {
  it('tells its version', async () => {
    const port = await freePort();
    await realServer(
      ['memcached', '-l', '127.0.0.1', '-p', String(port), '-U', '0', ...(isRoot ? ['-u', 'nobody'] : [])],
      { ports: [port] },
    );
    expect(await attempt({ memcached: port })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^VERSION \d/),
    });
    expect(await attempt({ redis: port })).toMatchObject({ ok: false });
  });
});

const POSTGRES = '/usr/lib/postgresql';

/** A new cluster, and the command that runs a server on it. */
async function postgresCluster(authentication: string): Promise<{ folder: string; port: number; command: string[] }> {
  const folder = await scratchFolder();
  const version = (await readdir(POSTGRES)).find((name) => existsSync(join(POSTGRES, name, 'bin/initdb'))) ?? '';
  const bin = join(POSTGRES, version, 'bin');
  const data = join(folder, 'data');
  await run(['chown', 'postgres', folder]);
  const as = ['runuser', '-u', 'postgres', '--'];
  await run([...as, join(bin, 'initdb'), '-D', data, '-A', authentication, '--no-sync', '--pwfile=/etc/hostname']);
  const port = await freePort();
  const settings = ['-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
  return { folder, port, command: [...as, join(bin, 'postgres'), '-D', data, ...settings] };
}

describe.skipIf(!has(POSTGRES, 'runuser') || !isRoot)('postgres', () => {
  it('takes connections, whatever it thinks of the user, until it is gone', async () => {
    const { folder, port, command } = await postgresCluster('scram-sha-256');
    const server = await realServer(command, { ports: [port] });
    await until(async () => (await attempt({ postgres: port })).ok, 'postgres has started up');
    expect(await attempt({ postgres: port })).toMatchObject({ ok: true, message: 'takes connections' });
    expect(await attempt({ postgres: join(folder, `.s.PGSQL.${port}`) })).toMatchObject({ ok: true });
    const stranger = { address: port, user: 'nobody-here', database: 'none' };
    expect(await attempt({ postgres: stranger })).toMatchObject({ ok: true });
    expect(await attempt({ mysql: port }, { deadlineMs: 500 })).toMatchObject({ ok: false });
    await server.stop();
    expect(await attempt({ postgres: port })).toMatchObject({
      ok: false,
      message: expect.stringContaining('connection refused'),
    });
  });

  it('begins TLS inside the connection, where it has a certificate', async () => {
    const { folder, port, command } = await postgresCluster('trust');
    const { key, cert } = makeCertificate(folder);
    await run(['chown', 'postgres', key]);
    const settings = ['-c', 'ssl=on', '-c', `ssl_cert_file=${cert}`, '-c', `ssl_key_file=${key}`];
    const server = await realServer([...command, ...settings], { ports: [port] });
    await until(async () => (await attempt({ postgres: port })).ok, 'postgres has started up');
    expect(await attempt({ postgres: { address: port, tls: { ca: cert, days_left: 7 } } })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^takes connections, certificate for (29|30) days$/),
    });
    expect(await attempt({ postgres: { address: port, tls: true } })).toMatchObject({
      ok: false,
      message: `cannot begin TLS with 127.0.0.1:${port}: self-signed certificate`,
    });
    await server.stop();
    await realServer(command, { ports: [port] });
    expect(await attempt({ postgres: { address: port, tls: { ca: cert } } })).toMatchObject({
      ok: false,
      message: 'the server does not take TLS',
    });
  });

  it('fails while it recovers', async () => {
    const { folder, port, command } = await postgresCluster('trust');
    // A standby that does not take queries, and whose primary does not exist, stays in "starting up".
    await writeFile(join(folder, 'data', 'standby.signal'), '');
    await realServer([...command, '-c', 'hot_standby=off', '-c', 'restore_command=false'], { ports: [port] });
    const message = expect.stringMatching(/^postgres: the database system is/);
    expect(await attempt({ postgres: port })).toMatchObject({ ok: false, detail: { code: '57P03' }, message });
  });
});

describe.skipIf(!has('mariadbd', 'mariadb-install-db') || !isRoot)('mariadb', () => {
  it('is greeted by a stranger, logged in by a user, and blocks nobody for it', async () => {
    const folder = await scratchFolder();
    const data = join(folder, 'data');
    const socket = join(folder, 'm.sock');
    const init = join(folder, 'init.sql');
    await mkdir(data);
    const { key, cert } = makeCertificate(folder);
    await run(['chown', 'mysql', folder, data, key]);
    await run([
      'mariadb-install-db',
      '--no-defaults',
      '--user=mysql',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ]);
    await writeFile(
      init,
      "CREATE USER 'app'@'127.0.0.1' IDENTIFIED BY 'open sesame';\nCREATE USER 'bare'@'127.0.0.1';\nCREATE USER 'safe'@'127.0.0.1' IDENTIFIED BY 'open sesame' REQUIRE SSL;\nCREATE USER 'app'@'localhost' IDENTIFIED BY 'open sesame';\n",
    );
    const port = await freePort();
    const options = [
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--port=${port}`,
      `--init-file=${init}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--max-connect-errors=3',
      `--ssl-cert=${cert}`,
      `--ssl-key=${key}`,
    ];
    await realServer(['mariadbd', '--no-defaults', '--user=mysql', ...options], {
      ports: [port],
    });
    for (let count = 0; count < 10; count++) {
      expect(await attempt({ mysql: port })).toMatchObject({
        ok: true,
        message: expect.stringMatching(/^version .*MariaDB/),
      });
    }
    expect(await attempt({ mysql: { address: port, user: 'app', password: 'open sesame' } })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/logged in$/),
    });
    expect(await attempt({ mysql: { address: socket, user: 'app', password: 'open sesame' } })).toMatchObject({
      ok: true,
    });
    expect(await attempt({ mysql: { address: port, user: 'bare' } })).toMatchObject({ ok: true });
    expect(await attempt({ mysql: { address: port, user: 'app', password: 'wrong' } })).toMatchObject({
      ok: false,
      message: expect.stringContaining('1045 Access denied'),
    });
    expect(await attempt({ ssh: port })).toMatchObject({ ok: false });
    const tls = { ca: cert, days_left: 7 };
    const safe = { address: port, user: 'safe', password: 'open sesame' };
    expect(await attempt({ mysql: { ...safe, tls } })).toMatchObject({
      ok: true,
      message: expect.stringMatching(/logged in, certificate for (29|30) days$/),
    });
    expect(await attempt({ mysql: safe })).toMatchObject({ ok: false });
    expect(await attempt({ mysql: { address: port, tls: true } })).toMatchObject({
      ok: false,
      message: `cannot begin TLS with 127.0.0.1:${port}: self-signed certificate`,
    });
  });
});
