import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { BIN, createProject, logged, isAlive } from './project.ts';

const CHATTY = `
[[services]]
name = "chatty"
command = "sh -c 'while :; do echo 0123456789012345678901234567890123456789; done'"
`;
const QUIET = `
[[services]]
name = "web"
command = "sleep 1000"
`;

describe('a daemon whose own output', () => {
  it('has lost its reader goes on', async () => {
    await using project = createProject(CHATTY);
    const daemon = project.up();
    await logged(daemon, 'chatty | ');
    daemon.child.stdout?.destroy();
    daemon.child.stderr?.destroy();
    expect((await project.status(({ phase }) => phase === 'running')).pid).toBe(daemon.pid);
    expect(project.tappet(['down'])).toMatchObject({ code: 0 });
  });

  it('is a pipe that nobody reads goes on and answers', async () => {
    await using project = createProject(CHATTY);
    const daemon = project.up();
    daemon.child.stdout?.pause();
    await project.status(({ phase }) => phase === 'running');
    const seen: string[] = [];
    await vi.waitFor(
      () => {
        seen.push(project.tappet(['logs', '-n', '1', 'chatty']).out);
        expect(seen.length).toBeGreaterThan(5);
      },
      { timeout: 30_000 },
    );
    expect(project.tappet(['status'])).toMatchObject({ code: 0 });
    project.tappet(['down', '--no-wait']);
    daemon.child.stdout?.resume();
    expect(await daemon.ended).toBe(0);
  });
});

describe('tappet up --detach', () => {
  it('returns when the services are up, with a log that outlives the daemon', async () => {
    await using project = createProject(QUIET);
    const ran = project.tappet(['up', '--detach']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/^e2e is up \(PID \d+\), its log is .*\/e2e\.log\n$/);
    const { pid, services } = await project.status(() => true);
    expect(services[0]?.state).toBe('RUNNING');
    expect(readFileSync(`${project.runtime}.log`, 'utf8')).toContain('All services started successfully');
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3]).toBe(String(pid));
    expect(project.tappet(['up', '-d'])).toMatchObject({
      code: 1,
      err: expect.stringContaining(`cannot start e2e: it is running already (PID ${pid})`),
    });
    expect(project.tappet(['up'])).toMatchObject({ code: 1, out: '' });
    expect(project.tappet(['down'])).toMatchObject({ code: 0 });
    expect(readFileSync(`${project.runtime}.log`, 'utf8')).toMatch(/Supervisor exiting with code 0\n$/);
  });

  it('prints what went wrong and hands the exit code on', async () => {
    await using project = createProject('[[services]]\nname = "web"\ncommand = "sleep"\nrequire = true\n');
    const ran = project.tappet(['up', '--detach']);
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toContain('did you mean "required"?');
  });
});

describe('tappet up --guard', () => {
  it('starts a killed daemon again, which takes the services over', async () => {
    await using project = createProject(QUIET);
    const guard = project.up(['--guard']);
    const before = await project.status(({ phase }) => phase === 'running');
    expect(before.pid).not.toBe(guard.pid);
    process.kill(before.pid, 'SIGKILL');
    const after = await project
      .status(({ pid, phase }) => pid !== before.pid && phase === 'running')
      .catch((error: unknown) => {
        throw new Error(`${String(error)}\n${guard.log()}`);
      });
    expect(after.services[0]?.pid).toBe(before.services[0]?.pid);
    process.kill(guard.pid, 'SIGTERM');
    expect(await guard.ended).toBe(0);
    expect(isAlive(before.services[0]?.pid ?? 0)).toBe(false);
  });
});

describe('finding the daemon', () => {
  it('takes the only one that runs, from anywhere, and lists several (ERR_CONTROL_AMBIGUOUS)', async () => {
    await using project = createProject(QUIET);
    project.tappet(['up', '-d']);
    expect(project.tappet(['status'], { cwd: '/' })).toMatchObject({
      code: 0,
      out: expect.stringContaining('RUNNING'),
    });
    project.tappet(['up', '-d', '--project', 'other']);
    const ran = project.tappet(['status'], { cwd: '/' });
    expect(ran).toMatchObject({ code: 2, out: '' });
    expect(ran.err).toMatch(/several are running\n.*--project:\n {4}e2e \(PID \d+\)\n {4}other \(PID \d+\)/s);
    expect(project.tappet(['status', '--project', 'other'], { cwd: '/' })).toMatchObject({ code: 0 });
    expect(project.tappet(['down', '--project', 'other'])).toMatchObject({ code: 0 });
  });

  it('does not take another one when a configuration is there', async () => {
    await using project = createProject(QUIET);
    project.tappet(['up', '-d', '--project', 'other']);
    const ran = project.tappet(['status']);
    expect(ran).toMatchObject({ code: 3 });
    expect(ran.err).toContain('cannot reach the supervisor of project "e2e": it is not running');
    expect(ran.err).toContain('choose one that runs with --project: other');
    project.tappet(['down', '--project', 'other']);
  });
});

describe('an attack on the socket', () => {
  it('neither stops nor slows the daemon', async () => {
    await using project = createProject(QUIET);
    project.tappet(['up', '-d']);
    const connections = Array.from({ length: 200 }, (_, index) => {
      const connection = connect(project.socket);
      connection.on('error', () => undefined);
      connection.write(index === 0 ? Buffer.alloc(1024 * 1024, 0xff) : 'POST /v1/shutdown HTTP/1.1\r\nHost: tap');
      return connection;
    });
    const { pid, services } = await project.status(() => true);
    expect(services[0]?.state).toBe('RUNNING');
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
    expect(rss).toBeLessThan(200);
    for (const connection of connections) connection.destroy();
  });
});

describe('a Node that is too old', () => {
  it('says so before anything else, with exit code 2', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`;
    const child = spawn(process.execPath, [
      '--import',
      `data:text/javascript,${encodeURIComponent(old)}`,
      BIN,
      'status',
    ]);
    let err = '';
    child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(/^tappet needs Node 22\.18 or newer, this is Node 20\.20\.2 /),
    });
  });

  it('could read the first file: nothing in it is younger than promises', () => {
    const text = readFileSync(BIN, 'utf8');
    expect(text).not.toMatch(/=>|\?\.|\?\?|`|\bawait\b|^import /m);
  });
});

describe('the compile cache', () => {
  it('is not read from a folder that other users can write, and is not needed', () => {
    expect(readFileSync(BIN, 'utf8')).toMatch(/enableCompileCache\(.+userInfo\(\)\.homedir/);
    const { status, stdout } = spawnSync(process.execPath, [BIN, '--version'], { env: {}, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '0.1.0\n' });
  });
});

describe('the client', () => {
  it('is small and brings nothing but node:net', () => {
    const folder = new URL('../../../packages/plugin-control/dist/', import.meta.url);
    const entry = readFileSync(new URL('client/index.js', folder), 'utf8');
    const chunks = [...entry.matchAll(/from "\.\.\/([^"]+)"/g)].map(([, name = '']) =>
      readFileSync(new URL(name, folder), 'utf8'),
    );
    const text = [entry, ...chunks].join('');
    expect(text.length).toBeLessThan(12 * 1024);
    const imports = [...text.matchAll(/from "([^."][^"]*)"/g)].map(([, name]) => name);
    expect(imports).toEqual(['node:net']);
  });
});
