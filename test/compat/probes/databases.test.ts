import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attempt, until } from '../../fixtures/probes/attempt.ts';
import { freePort, has, realServer, run, scratchFolder } from '../../fixtures/probes/real-server.ts';

const isRoot = process.getuid?.() === 0;

describe.skipIf(!has('redis-server'))('redis-server', () => {
  it('is probed with and without a password, over TCP and its unix socket, and while it is frozen and gone', async () => {
    await using folder = await scratchFolder();
    const [open, closed] = [await freePort(), await freePort()];
    const socket = join(folder.path, 'redis.sock');
    const common = ['--bind', '127.0.0.1', '--save', '', '--dir', folder.path];
    await using protectedServer = await realServer(
      ['redis-server', '--port', String(closed), ...common, '--requirepass', 'secret'],
      { ports: [closed] },
    );
    {
      await using server = await realServer(
        ['redis-server', '--port', String(open), ...common, '--unixsocket', socket],
        { ports: [open] },
      );
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
    }
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
    await using server = await realServer(
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

describe.skipIf(!has(POSTGRES, 'runuser') || !isRoot)('postgres', () => {
  it('takes connections, whatever it thinks of the user, until it is gone', async () => {
    await using folder = await scratchFolder();
    const versions = await readdir(POSTGRES);
    const bin = join(
      POSTGRES,
      versions.find((version) => existsSync(join(POSTGRES, version, 'bin/initdb'))) ?? '',
      'bin',
    );
    const data = join(folder.path, 'data');
    const [uid, gid] = (await run(['sh', '-c', 'id -u postgres; id -g postgres'])).split('\n').map(Number);
    await chown(folder.path, uid ?? 0, gid ?? 0);
    const as = ['runuser', '-u', 'postgres', '--'];
    await run([...as, join(bin, 'initdb'), '-D', data, '-A', 'scram-sha-256', '--no-sync', '--pwfile=/etc/hostname']);
    const port = await freePort();
    const command = [
      ...as,
      join(bin, 'postgres'),
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-k',
      folder.path,
      '-c',
      'fsync=off',
    ];
    {
      await using server = await realServer(
        [...command, '-c', 'max_connections=5', '-c', 'superuser_reserved_connections=0'],
        { ports: [port] },
      );
      await until(async () => (await attempt({ postgres: port })).ok, 'postgres has started up');
      expect(await attempt({ postgres: port })).toMatchObject({ ok: true, message: 'takes connections' });
      expect(await attempt({ postgres: { address: join(folder.path, `.s.PGSQL.${port}`) } })).toMatchObject({
        ok: true,
      });
      expect(await attempt({ postgres: { address: port, user: 'nobody-here', database: 'none' } })).toMatchObject({
        ok: true,
      });
      expect(await attempt({ mysql: port }, { deadlineMs: 500 })).toMatchObject({ ok: false });
    }
    expect(await attempt({ postgres: port })).toMatchObject({
      ok: false,
      message: expect.stringContaining('connection refused'),
    });
  });

  it('fails while it recovers', async () => {
    await using folder = await scratchFolder();
    const versions = await readdir(POSTGRES);
    const bin = join(
      POSTGRES,
      versions.find((version) => existsSync(join(POSTGRES, version, 'bin/initdb'))) ?? '',
      'bin',
    );
    const data = join(folder.path, 'data');
    const [uid, gid] = (await run(['sh', '-c', 'id -u postgres; id -g postgres'])).split('\n').map(Number);
    await chown(folder.path, uid ?? 0, gid ?? 0);
    const as = ['runuser', '-u', 'postgres', '--'];
    await run([...as, join(bin, 'initdb'), '-D', data, '-A', 'trust', '--no-sync']);
    // A standby that does not take queries, and whose primary does not exist, stays in "starting up".
    await writeFile(join(data, 'standby.signal'), '');
    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', 'hot_standby=off', 'fsync=off', 'restore_command=false'].flatMap(
      (setting) => ['-c', setting],
    );
    await using server = await realServer(
      [...as, join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', folder.path, ...settings],
      { ports: [port] },
    );
    const result = await attempt({ postgres: port });
    expect(result).toMatchObject({
      ok: false,
      detail: { code: '57P03' },
      message: expect.stringMatching(/^postgres: the database system is/),
    });
  });
});

describe.skipIf(!has('mariadbd', 'mariadb-install-db') || !isRoot)('mariadb', () => {
  it('is greeted by a stranger, logged in by a user, and blocks nobody for it', async () => {
    await using folder = await scratchFolder();
    const data = join(folder.path, 'data');
    const socket = join(folder.path, 'm.sock');
    const init = join(folder.path, 'init.sql');
    await mkdir(data);
    await run(['sh', '-c', `chown mysql ${folder.path} ${data}`]);
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
      "CREATE USER 'app'@'127.0.0.1' IDENTIFIED BY 'open sesame';\nCREATE USER 'bare'@'127.0.0.1';\nCREATE USER 'app'@'localhost' IDENTIFIED BY 'open sesame';\n",
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
    ];
    await using server = await realServer(['mariadbd', '--no-defaults', '--user=mysql', ...options], {
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
  });
});
