import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench, isAlive, until } from '../support/tappet.ts';

describe('readiness', () => {
  it('waits for a line of output, a line on a descriptor, and a stable time', async () => {
    await using stack = bench(
      `
[[services]]
name = "by-log"
command = "/bin/sh"
args = ["-c", "sleep 0.5; echo 'now accepting connections on 1'; exec sleep 1000"]
ready_log = "accepting connections on \\\\d+"

[[services]]
name = "by-fd"
command = "/bin/sh"
args = ["-c", "sleep 0.5; echo up >&5; exec sleep 1000"]
notify_fd = 5

[[services]]
name = "by-time"
command = "/bin/sleep"
args = ["1000"]
start_seconds = 0.5

[[services]]
name = "last"
command = "/bin/sleep"
args = ["1000"]
depends_on = { by-log = "ready", by-fd = "ready", by-time = "ready" }
`,
    );
    const daemon = stack.up();
    await daemon.line(/Service by-log is running|All services/);
    await daemon.line(/All services started/);
    const { services } = await stack.status();
    for (const { name, startupMs } of services.slice(0, 3)) expect(Number(startupMs), name).toBeGreaterThan(450);
    const lines = daemon.lines();
    expect(lines.findIndex((line) => line.includes('Starting service: last'))).toBeGreaterThan(
      Math.max(
        ...['by-log', 'by-fd', 'by-time'].map((name) =>
          lines.findIndex((line) => line.includes(`Service ${name} is running`)),
        ),
      ),
    );
  });

  it('says what a service waits for, and fails it at start_timeout', async () => {
    await using stack = bench(`
[[services]]
name = "slow"
command = "/bin/sleep"
args = ["1000"]
ready_log = "never"
start_timeout = 3
`);
    const daemon = stack.up();
    await daemon.line(/Starting service: slow/);
    await until(async () => (await stack.run(['why', 'slow'])).stdout.includes('ready_log'), 'why names the condition');
    await daemon.line(/not ready within 3s/);
    expect((await stack.status()).services[0]).toMatchObject({ state: 'FAILED', pid: null });
  });
});

describe('kinds of services', () => {
  it('runs copies with their number in arguments and environment', async () => {
    await using stack = bench(`
[[services]]
name = "web"
command = "/bin/sh"
args = ["-c", "echo \${INSTANCE} $NUMBER >web-\${INSTANCE}; exec sleep 1000"]
env = { NUMBER = "n\${INSTANCE}" }
instances = 3
`);
    await stack.up().line(/All services started/);
    expect((await stack.status()).services.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'web@1 RUNNING',
      'web@2 RUNNING',
      'web@3 RUNNING',
    ]);
    expect((await stack.run(['stop', 'web'])).code).toBe(0);
    expect((await stack.status()).services.map(({ state }) => state)).toEqual(['STOPPED', 'STOPPED', 'STOPPED']);
    expect(readFileSync(join(stack.folder, 'web-2'), 'utf8')).toBe('2 n2\n');
  });

  it('follows a forking service by its pid file, and ends it', async () => {
    await using stack = bench(`
[[services]]
name = "forker"
type = "forking"
pid_file = "forker.pid"
command = "/bin/sh"
args = ["-c", "sleep 1000 & echo $! >forker.pid"]
restart = { policy = "always", delay = "50ms" }
`);
    await stack.up().line(/Service forker is running/);
    const pid = Number(readFileSync(join(stack.folder, 'forker.pid'), 'utf8'));
    expect((await stack.status()).services[0]).toMatchObject({ state: 'RUNNING', pid });
    process.kill(pid, 'SIGKILL');
    await until(async () => {
      const [forker] = (await stack.status()).services;
      return forker?.state === 'RUNNING' && forker.pid !== pid;
    }, 'its end was noticed and another one runs');
    const second = Number((await stack.status()).services[0]?.pid);
    await stack.run(['stop', 'forker']);
    expect(isAlive(second)).toBe(false);
  });

  it('writes the pid file of a simple service and takes it away', async () => {
    await using stack = bench(
      '[[services]]\nname = "web"\ncommand = "/bin/sleep"\nargs = ["1000"]\npid_file = "web.pid"\n',
    );
    await stack.up().line(/All services started/);
    const path = join(stack.folder, 'web.pid');
    expect(readFileSync(path, 'utf8')).toBe(`${(await stack.status()).services[0]?.pid}\n`);
    await stack.run(['stop', 'web']);
    expect(existsSync(path)).toBe(false);
  });

  it('knows the exit code of a durable service that ended while no supervisor ran', async () => {
    await using stack = bench(`
[[services]]
name = "job"
command = "/bin/sh"
args = ["-c", "while ! test -e go; do sleep 0.05; done; exit 7"]
durable = true
`);
    const first = stack.up();
    await first.line(/All services started/);
    const pid = Number((await stack.status()).services[0]?.pid);
    first.child.kill('SIGKILL');
    await first.exited;
    stack.write('go', '');
    await until(() => !isAlive(pid), 'the job has ended');
    await stack.up().line(/exited with code 7/);
    expect((await stack.status()).services[0]).toMatchObject({ state: 'FAILED', lastExit: { code: 7 } });
  });
});

describe('environment', () => {
  it('hands on what is allowed and nothing of the supervisor besides', async () => {
    await using stack = bench(`
project = "env"
[[services]]
name = "web"
command = "/bin/sh"
args = ["-c", "env >environment; ls -l /proc/self/fd | wc -l >descriptors; umask >mask; exec sleep 1000"]
env = { MINE = "yes" }
inherit_env = ["PATH", "WANTED_*"]
`);
    await stack
      .up([], { SECRET: 'hidden', WANTED_THING: 'here', NODE_OPTIONS: '--no-warnings' })
      .line(/All services started/);
    const read = (name: string): string => readFileSync(join(stack.folder, name), 'utf8');
    await until(() => existsSync(join(stack.folder, 'mask')) && read('mask') !== '', 'the service has written');
    const names = read('environment')
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names).toContain('MINE');
    expect(names).toContain('WANTED_THING');
    expect(names).not.toContain('SECRET');
    expect(names).not.toContain('NODE_OPTIONS');
    expect(names.filter((name) => name?.startsWith('TAPPET_'))).toEqual(['TAPPET_SERVICE_ID']);
    // total line, 0, 1, 2, and the descriptor of ls itself
    expect(Number(read('descriptors'))).toBe(5);
    expect(read('mask').trim()).toBe('0022');
  });
});

describe('PID 1', () => {
  it.skipIf(process.getuid?.() !== 0)(
    'reaps orphans, and a shutdown ends the container with the exit code',
    async () => {
      await using stack = bench(`
[[services]]
name = "orphans"
command = "/bin/sh"
args = ["-c", "for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.1 &) ; done; sleep 1; ps -e -o stat= | grep -c Z >zombies; exec sleep 1000"]
`);
      const result = stack.run(['--version']);
      expect((await result).code).toBe(0);
      const { spawn } = await import('node:child_process');
      const { fileURLToPath } = await import('node:url');
      const bin = fileURLToPath(new URL('../../../packages/cli/dist/bin.cjs', import.meta.url));
      const container = spawn(
        'unshare',
        ['-pf', '--mount-proc', process.execPath, bin, 'up', '--config', join(stack.folder, 'services.toml')],
        {
          cwd: stack.folder,
          env: { ...process.env, TAPPET_RUNTIME_DIR: join(stack.folder, 'run') },
          stdio: 'ignore',
        },
      );
      const ended = new Promise<number | null>((resolve) => container.once('exit', (code) => resolve(code)));
      const zombies = join(stack.folder, 'zombies');
      await until(() => existsSync(zombies) && readFileSync(zombies, 'utf8') !== '', 'the service has counted');
      expect(readFileSync(zombies, 'utf8')).toBe('0\n');
      expect((await stack.run(['down'])).code).toBe(0);
      expect(await ended).toBe(0);
    },
  );
});
