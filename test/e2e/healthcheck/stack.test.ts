import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthReport } from '@tappet/plugin-healthcheck';
import { describe, expect, it } from 'vitest';
import { findProgram, lacks } from '../support/programs.ts';
import { bench, type Bench, until } from '../support/tappet.ts';
import { ask, freePorts, healthEvents, SERVER, statusOf } from './programs.ts';

const NODE = process.execPath;

/** Failures in a row of the liveness check of a service. */
function failuresOf({ services }: HealthReport, name: string): number {
  const checks = services.find(({ service }) => service === name)?.checks ?? [];
  return checks.find(({ kind }) => kind === 'liveness')?.failures ?? 0;
}

/** Good results in a row of a check. */
async function successesOf(made: Bench, service: string, check: string): Promise<number> {
  const { stdout } = await made.run(['health', service, '--json']);
  const report = JSON.parse(stdout) as HealthReport;
  return report.services[0]?.checks.find(({ name }) => name === check)?.successes ?? 0;
}

/** The documented stack with probes where it had pauses. Redis takes a second to come up, and stays away while `dead` exists. */
async function stack({ liveness = '' } = {}): Promise<{ bench: Bench; port: number }> {
  const [port = 0, redisPort = 0] = await freePorts(2);
  const made = bench('');
  made.write('server.mjs', SERVER);
  made.write('redis.sh', `test -e dead && exit 1\nsleep 1\nexec "$@"\n`);
  made.write('migrate.sh', 'sleep 0.3\necho migrated >migrated\n');
  const web = (name: string, webPort: string, check: string): string => `
[[services]]
name = "${name}"
command = "${NODE}"
args = ["${made.folder}/server.mjs", "--port", "${webPort}", "--redis", "127.0.0.1:${redisPort}"]
depends_on = { redis = "ready", db-migration = "succeeded" }
[[services.healthcheck]]
http = "http://127.0.0.1:${webPort}/ok"
interval = "500ms"
timeout = "300ms"
${check}`;
  made.write(
    'services.toml',
    `
plugins = ["healthcheck"]

[[services]]
name = "redis"
command = "/bin/sh"
args = ["redis.sh", "${findProgram('redis-server') ?? ''}", "--bind", "127.0.0.1", "--port", "${redisPort}", "--save", "", "--dir", "${made.folder}"]
restart = { policy = "on-failure", delay = "100ms", max_attempts = 2 }
[services.healthcheck]
name = "ping"
redis = "127.0.0.1:${redisPort}"
interval = 1

[[services]]
name = "db-migration"
command = "/bin/sh migrate.sh"
type = "oneshot"
${web('web-server', String(port), liveness)}
`,
  );
  return { bench: made, port };
}

describe.skipIf(lacks('redis-server'))('the documented stack with readiness instead of wait_after', () => {
  it('starts the web server as soon as redis answers, and says what it waits for until then', async () => {
    const { bench: made, port } = await stack();
    await using _ = made;
    const daemon = made.up();
    await daemon.line(/Starting service: redis/);
    await until(async () => {
      const { stdout } = await made.run(['why', 'web-server']);
      return /It is waiting for:[^]*redis to be ready[^]*probe "ping" \(redis 127\.0\.0\.1:\d+: .*\) of redis/.test(
        stdout,
      );
    }, 'why names the probe of redis');
    expect((await made.run(['health'])).code).toBe(1);
    await daemon.line(/All services started successfully/);
    const lines = daemon.lines();
    const place = (pattern: RegExp): number => lines.findIndex((line) => pattern.test(line));
    expect(place(/Service redis is running/)).toBeLessThan(place(/Starting service: web-server/));
    expect(place(/Service db-migration completed/)).toBeLessThan(place(/Starting service: web-server/));
    expect(await ask(`http://127.0.0.1:${port}/ok`)).toMatchObject({ status: 200 });
    const redis = await statusOf(made, 'redis');
    // The second that it sleeps, and no pause on top but the time to notice.
    expect(Number(redis?.['startupMs'])).toBeGreaterThan(1000);
    expect(Number(redis?.['startupMs'])).toBeLessThan(4000);
    const health = await made.run(['health', '--refresh']);
    expect(health).toMatchObject({ code: 0, stderr: '' });
    expect(health.stdout).toMatch(/^redis: ready \(RUNNING\)\n {2}up +ping \(redis 127\.0\.0\.1:\d+\): /);
    expect(health.stdout).toMatch(/healthy\n$/);
    daemon.child.kill('SIGTERM');
    expect(await daemon.exited).toBe(0);
  });

  it('restarts a frozen web server by its liveness probe', async () => {
    const liveness =
      '[[services.healthcheck]]\nkind = "liveness"\nhttp = "http://127.0.0.1:PORT/alive"\ninterval = 1\nfailure_threshold = 1\nname = "alive"';
    const { bench: made, port } = await stack({ liveness });
    await using _ = made;
    const file = join(made.folder, 'services.toml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('PORT', String(port)));
    const daemon = made.up();
    await daemon.line(/All services started successfully/);
    const before = Number((await statusOf(made, 'web-server'))?.pid);
    // The first attempts are not an interval apart yet.
    await until(async () => (await successesOf(made, 'web-server', 'alive')) > 2, 'alive is up');
    const frozenMs = performance.now();
    process.kill(before, 'SIGSTOP');
    await daemon.line(/liveness check "alive" failed 1\/1/, 20_000);
    const detectedMs = performance.now() - frozenMs;
    await until(async () => (await ask(`http://127.0.0.1:${port}/pid`))?.body !== undefined, 'a new server answers');
    const replacedMs = performance.now() - frozenMs;
    const pid = Number((await ask(`http://127.0.0.1:${port}/pid`))?.body);
    expect(pid).not.toBe(before);
    console.info(
      `frozen web server: detected after ${Math.round(detectedMs)} ms, replaced after ${Math.round(replacedMs)} ms`,
    );
    expect(detectedMs).toBeLessThan(5000);
    const { stdout } = await made.run(['why', 'web-server']);
    expect(stdout).toMatch(/RUNNING -> STOPPING +liveness check "alive" failed 1\/1: timed out after 400 ms/);
    await until(async () => (await statusOf(made, 'web-server'))?.state === 'RUNNING', 'web-server is RUNNING');
    expect((await statusOf(made, 'redis'))?.['starts']).toBe(1);
  });

  it('makes one blamed event and no restart storm of redis killed for good', async () => {
    const live = (port: string): string =>
      `[[services.healthcheck]]\nkind = "liveness"\nhttp = "http://127.0.0.1:${port}/ok"\ninterval = "500ms"\ntimeout = "300ms"\nfailure_threshold = 2`;
    const { bench: made, port } = await stack({ liveness: live('PORT') });
    await using _ = made;
    const ports = [port, ...(await freePorts(2))];
    const file = join(made.folder, 'services.toml');
    const [head = '', web = ''] = readFileSync(file, 'utf8').split(/(?=\[\[services\]\]\nname = "web-server")/);
    const webs = ports.map((own, index) =>
      web
        .replaceAll(String(port), String(own))
        .replace('PORT', String(own))
        .replace('web-server', `web-${index + 1}`),
    );
    writeFileSync(file, head + webs.join('\n'));
    const daemon = made.up();
    await daemon.line(/All services started successfully/);

    const redis = Number((await statusOf(made, 'redis'))?.pid);
    writeFileSync(join(made.folder, 'dead'), '');
    process.kill(redis, 'SIGKILL');
    await daemon.line(/Service redis failed 3 times in a row and is not restarted any more/);
    await until(async () => (await healthEvents(made)).some(({ name }) => name === 'blame'), 'somebody is blamed');
    // Every web server has failed its checks several times over, and would have been restarted as often.
    const names = ['web-1', 'web-2', 'web-3'];
    await until(async () => {
      const { stdout } = await made.run(['health', '--json']);
      const report = JSON.parse(stdout) as HealthReport;
      return names.every((name) => failuresOf(report, name) >= 6);
    }, 'every web server failed six times in a row');

    const { services } = await made.status();
    expect(services.find(({ name }) => name === 'redis')).toMatchObject({ state: 'FAILED' });
    for (const name of names)
      expect(services.find((one) => one.name === name)).toMatchObject({
        state: 'RUNNING',
        starts: 1,
        restarts: 0,
        plugins: { healthcheck: { ready: false, blamedOn: ['redis'] } },
      });
    const blames = (await healthEvents(made)).filter(({ name }) => name === 'blame');
    expect(blames).toEqual([
      { name: 'blame', data: expect.objectContaining({ root: 'redis', affected: names }) as object },
    ]);
    const health = await made.run(['health']);
    expect(health.code).toBe(1);
    expect(health.stdout).toMatch(/redis is to blame for web-1, web-2, web-3/);
    expect(health.stdout).toMatch(/status 503, .*\n {4}last failure /);

    // Repaired: everybody recovers without a restart.
    rmSync(join(made.folder, 'dead'));
    expect((await made.run(['start', 'redis'])).code).toBe(0);
    await until(async () => (await made.run(['health'])).code === 0, 'all is healthy again');
    expect(
      (await made.status()).services.filter(({ name }) => names.includes(name)).map(({ starts }) => starts),
    ).toEqual([1, 1, 1]);
    expect((await healthEvents(made)).filter(({ name }) => name === 'blame-over')).toHaveLength(1);
  });
});
