import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthReport } from '@tappet/plugin-healthcheck';
import { describe, expect, it } from 'vitest';
import { lacks, lacksRoot } from '../support/programs.ts';
import { bench, until } from '../support/tappet.ts';
import { ask, freePorts, healthEvents, statusOf } from './programs.ts';

const SLEEPER = 'command = "/bin/sleep"\nargs = ["1000"]';
const PLUGIN = 'project = "health"\nplugins = ["healthcheck"]\n';

describe('tappet health', () => {
  it('exits 0 when all is well and 1 with the log of the last failure when it is not', async () => {
    await using stack = bench(`${PLUGIN}
[[services]]
name = "web"
${SLEEPER}
healthcheck = { exec = ["/bin/sh", "-c", "test -e well || { echo looking; echo it is not well >&2; exit 3; }"], interval = "300ms", name = "wellness" }
[[services]]
name = "plain"
${SLEEPER}
`);
    stack.write('well', '');
    await stack.up().line(/All services started successfully/);
    expect(await stack.run(['health'])).toMatchObject({ code: 0, stderr: '' });
    expect(await stack.run(['health', 'plain'])).toMatchObject({ code: 0 });
    rmSync(join(stack.folder, 'well'));
    await until(async () => (await stack.run(['health', 'web'])).code === 1, 'web is unhealthy');
    const { stdout } = await stack.run(['health', 'web']);
    expect(stdout).toMatch(/^web: not ready \(RUNNING\)\n {2}down +wellness \(exec \/bin\/sh/);
    expect(stdout).toMatch(
      /exit 3: it is not well\n {4}last failure \S+ after \d+ ms\n {6}looking\n {6}it is not well\n/,
    );
    const report = JSON.parse((await stack.run(['health', '--json'])).stdout) as HealthReport;
    expect(report).toMatchObject({ ready: false, live: true, services: [{ service: 'web' }] });
    expect(report.services[0]?.checks[0]?.history.length).toBeGreaterThan(3);
    stack.write('well', '');
    expect((await stack.run(['health', 'web', '--refresh'])).code).toBe(0);
  });

  it('keeps to the exit codes of tappet', async () => {
    await using stack = bench(`${PLUGIN}[[services]]\nname = "web"\n${SLEEPER}\n`);
    expect((await stack.run(['health'])).code).toBe(3);
    await stack.up().line(/All services started successfully/);
    const unknown = await stack.run(['health', 'wbe']);
    expect(unknown).toMatchObject({ code: 4, stdout: '' });
    expect(unknown.stderr).toMatch(/there is no service "wbe"\n {2}did you mean "web"\?/);
    expect((await stack.run(['health', '--bogus'])).code).toBe(2);
    expect((await stack.run(['health', 'a', 'b'])).code).toBe(2);
    expect((await stack.run(['health', '--help'])).stdout).toMatch(/^Usage: tappet health/);
    expect((await stack.run(['--help'])).stdout).toMatch(/health \[args\.\.\.\] +tell whether services are healthy/);
  });
});

describe('an exec probe', () => {
  it('runs with the environment and in the folder of its service', async () => {
    await using stack = bench(`${PLUGIN}
[[services]]
name = "web"
${SLEEPER}
env = { GREETING = "hello" }
cwd = "/usr"
healthcheck = { exec = ["/bin/sh", "-c", "echo $GREETING from $PWD, $SECRET"] }
`);
    await stack.up([], { SECRET: 'of the daemon' }).line(/All services started successfully/);
    expect((await stack.run(['health'])).stdout).toMatch(/: hello from \/usr,$/m);
  });

  it.skipIf(lacksRoot())('runs as the user of its service, with its groups and nothing more', async () => {
    await using stack = bench(`${PLUGIN}
[[services]]
name = "web"
${SLEEPER}
user = "www-data"
healthcheck = { exec = ["/bin/sh", "-c", "echo $(id -un) $(id -G) $HOME"] }
`);
    await stack.up().line(/All services started successfully/);
    expect((await stack.run(['health'])).stdout).toMatch(/: www-data 33 \/var\/www$/m);
  });
});

describe('a heartbeat', () => {
  const frozen = `
[[services]]
name = "worker"
command = "/bin/sh"
args = ["-c", "while :; do echo alive >&3; sleep 0.2; done"]
notify_fd = 3
healthcheck = { heartbeat = 1, name = "pulse" }
`;

  it('comes on the notify descriptor; a worker that is frozen is restarted', async () => {
    await using stack = bench(PLUGIN + frozen);
    const daemon = stack.up();
    await daemon.line(/All services started successfully/);
    const before = Number((await statusOf(stack, 'worker'))?.pid);
    await until(async () => (await healthEvents(stack)).some(({ name }) => name === 'check-up'), 'pulse is up');
    process.kill(before, 'SIGSTOP');
    await daemon.line(/liveness check "pulse" failed 1\/1: no heartbeat for 1/);
    await until(async () => {
      const worker = await statusOf(stack, 'worker');
      return worker?.state === 'RUNNING' && worker.pid !== before;
    }, 'another worker runs');
  });

  it.skipIf(lacks('curl'))('comes as a POST on the control socket', async () => {
    await using stack = bench(
      `${PLUGIN}[[services]]\nname = "web"\n${SLEEPER}\nhealthcheck = { heartbeat = "30s", kind = "readiness" }\n`,
    );
    const daemon = stack.up();
    await daemon.line(/Starting service: web/);
    expect((await statusOf(stack, 'web'))?.state).toBe('STARTING');
    const socket = join(stack.folder, 'run', 'health', 'control.sock');
    const post = (body: object): ReturnType<typeof ask> =>
      ask('http://tappet/v1/call/healthcheck/heartbeat', '--unix-socket', socket, '--json', JSON.stringify(body));
    expect(await post({ service: 'web' })).toEqual({
      status: 200,
      body: '{"result":{"accepted":["readiness-heartbeat"]}}\n',
    });
    await daemon.line(/All services started successfully/);
    expect((await post({ service: 'nobody' }))?.status).toBeGreaterThanOrEqual(400);
  });
});

describe('a configuration with mistakes', () => {
  const wrong = `${PLUGIN}
[[services]]
name = "web"
${SLEEPER}

[[services.healthcheck]]
htpp = "http://127.0.0.1:8080/ok"

[[services.healthcheck]]
tcp = "127.0.0.1:99999"
timeout = "10s"
intervall = 3
`;

  it('is refused by check and by up, each with line, column and the nearest name', async () => {
    await using stack = bench(wrong);
    const places = [
      /services\.toml:10:1: .*healthcheck\[0\]\.htpp: "htpp"[^]*?hint: did you mean "http"/,
      /services\.toml:13:7: .*out of range/,
      /services\.toml:14:11: .*not shorter than the interval/,
      /services\.toml:15:1: .*"intervall"[^]*?hint: did you mean "interval"/,
    ];
    for (const verb of ['check', 'up']) {
      const { code, stdout, stderr } = await stack.run([verb]);
      expect(code, verb).toBe(2);
      for (const place of places) expect(`${stdout}${stderr}`, verb).toMatch(place);
    }
  });

  it('is refused by check and by up when a program is not found or a service not known', async () => {
    await using stack = bench(`project = "health"
[[plugins.healthcheck.checks]]
tcp = 1
services = ["web", "wbe"]

[[services]]
name = "web"
${SLEEPER}
healthcheck = { exec = "no-such-program-anywhere" }
`);
    for (const verb of ['check', 'up']) {
      const { code, stdout, stderr } = await stack.run([verb]);
      expect(code, verb).toBe(2);
      const said = `${stdout}${stderr}`;
      expect(said, verb).toMatch(/services\.toml:4:20: .*no service of this name[^]*did you mean "web"/);
      expect(said, verb).toMatch(/services\.toml:10:\d+: .*cannot run "no-such-program-anywhere": it is not in PATH/);
    }
  });
});

describe('a supervisor that is killed', () => {
  it('leaves its services to the next one, which goes on checking them', async () => {
    await using stack = bench(`${PLUGIN}
[[services]]
name = "web"
${SLEEPER}
[[services.healthcheck]]
exec = "test -e well"
interval = "300ms"
[[services.healthcheck]]
kind = "liveness"
exec = "test -e live"
interval = "300ms"
`);
    stack.write('well', '');
    stack.write('live', '');
    const first = stack.up();
    await first.line(/All services started successfully/);
    const pid = (await statusOf(stack, 'web'))?.pid;
    first.child.kill('SIGKILL');
    await first.exited;
    const second = stack.up();
    await second.line(/Took over service: web/);
    await until(async () => (await stack.run(['health'])).code === 0, 'web is healthy');
    expect((await statusOf(stack, 'web'))?.pid).toBe(pid);
    rmSync(join(stack.folder, 'live'));
    await second.line(/liveness check "liveness-exec" failed 3\/3/);
    writeFileSync(join(stack.folder, 'live'), '');
    await until(async () => {
      const web = await statusOf(stack, 'web');
      return web?.state === 'RUNNING' && web.pid !== pid;
    }, 'web was replaced');
  });
});

describe('the health endpoint', () => {
  it('opens with the supervisor, stays open across a reload and closes with it', async () => {
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    await using stack = bench(`
[plugins.healthcheck]
listen = "127.0.0.1:${port}"

[[services]]
name = "web"
${SLEEPER}
healthcheck = { exec = "test -e well", interval = "300ms" }
`);
    const daemon = stack.up();
    await daemon.line(/Starting service: web/);
    await until(async () => (await ask(`${url}/readyz`))?.status === 503, 'not ready');
    stack.write('well', '');
    await daemon.line(/All services started successfully/);
    expect(await ask(`${url}/readyz`)).toMatchObject({ status: 200 });
    const file = join(stack.folder, 'services.toml');
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n[[services]]\nname = "more"\n${SLEEPER}\n`);
    expect((await stack.run(['reload'])).code).toBe(0);
    expect(await ask(`${url}/health/more`, '-H', 'accept: text/plain')).toMatchObject({
      status: 200,
      body: 'healthy\n',
    });
    expect((await stack.run(['down'])).code).toBe(0);
    expect(await daemon.exited).toBe(0);
    expect(await ask(`${url}/livez`)).toBeUndefined();
  });
});
