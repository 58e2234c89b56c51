import { describe, expect, it } from 'vitest';
import { bench, isAlive, until } from '../support/tappet.ts';

const SLEEPER = 'command = "/bin/sleep"\nargs = ["1000"]';
const scenario = `
[[services]]
name = "postgres"
${SLEEPER}
required = true

[[services]]
name = "redis"
${SLEEPER}
required = false

[[services]]
name = "api"
${SLEEPER}
depends_on = ["postgres", "redis"]
required = true
`;

describe('exit codes', () => {
  it.each([
    { how: 'exit 0', state: 'STOPPED', unexpected: false, line: /completed successfully/ },
    { how: 'exit 1', state: 'FAILED', unexpected: false, line: /^Service 'subject' exited with code 1$/ },
    { how: 'exit 255', state: 'FAILED', unexpected: false, line: /^Service 'subject' exited with code 255$/ },
    { how: 'exit 137', state: 'STOPPED', unexpected: true, line: /^Service 'subject' exited with code 137/ },
    { how: 'exit 143', state: 'STOPPED', unexpected: true, line: /^Service 'subject' exited with code 143/ },
    { how: 'kill -KILL $$$$', state: 'STOPPED', unexpected: true, line: /^Service 'subject' .*SIGKILL/ },
    { how: 'kill -SEGV $$$$', state: 'FAILED', unexpected: false, line: /^Service 'subject' .*SIGSEGV/ },
  ])('an end by "$how" is $state', async ({ how, state, unexpected, line }) => {
    await using stack = bench(
      `[[services]]\nname = "subject"\ncommand = "/bin/sh"\nargs = ["-c", "sleep 0.2; ${how}"]\n`,
    );
    const daemon = stack.up();
    await daemon.line(line);
    await until(async () => (await stack.status()).services[0]?.state === state, `subject is ${state}`);
    expect((await stack.status()).services[0]).toMatchObject({ unexpected, starts: 1 });
    if (state === 'FAILED') await daemon.line(/^Service 'subject' state changed: RUNNING -> FAILED$/);
  });
});

describe('failure scenarios', () => {
  it.each(['postgres', 'api'])('%s is required: its failure brings everything down, exit code 1', async (victim) => {
    await using stack = bench(scenario);
    const daemon = stack.up();
    await daemon.line(/All services started successfully/);
    const { services } = await stack.status();
    const pids = services.map(({ pid }) => Number(pid));
    process.kill(Number(services.find(({ name }) => name === victim)?.pid), 'SIGSEGV');
    expect(await daemon.exited).toBe(1);
    const lines = daemon.lines();
    const wanted = [
      new RegExp(`^Service '${victim}' .*SIGSEGV`),
      new RegExp(`^Service '${victim}' state changed: RUNNING -> FAILED$`),
      new RegExp(`^CRITICAL: Required service '${victim}' has failed$`),
      /^System cannot continue without this service$/,
      /^Initiating graceful shutdown due to critical service failure$/,
      /^Stopping service: /,
      /^Releasing resources\.\.\.$/,
      /^Supervisor exiting with code 1$/,
    ].map((pattern) => lines.findIndex((line) => pattern.test(line)));
    expect(wanted).not.toContain(-1);
    expect(wanted).toEqual(wanted.toSorted((a, b) => a - b));
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('redis is not required: only it stops, the others go on', async () => {
    await using stack = bench(scenario);
    const daemon = stack.up();
    await daemon.line(/All services started successfully/);
    const before = (await stack.status()).services;
    process.kill(Number(before[1]?.pid), 'SIGSEGV');
    await daemon.line(/^Service 'redis' state changed: RUNNING -> FAILED$/);
    const after = (await stack.status()).services;
    expect(after.map(({ state }) => state)).toEqual(['RUNNING', 'FAILED', 'RUNNING']);
    expect(after[2]?.pid).toBe(before[2]?.pid);
    const { stdout } = await stack.run(['status']);
    expect(stdout.split('\n').filter((line) => line.includes('RUNNING'))).toHaveLength(2);
    expect(stdout.split('\n').filter((line) => line.includes('FAILED'))).toHaveLength(1);
  });
});

describe('metrics', () => {
  it('shows restarts, start-up time, shutdown time, uptime and failure rate of each service', async () => {
    await using stack = bench(`
[[services]]
name = "flaky"
command = "/bin/sh"
args = ["-c", "test -e once && exec sleep 1000; touch once; exit 1"]
restart = { policy = "on-failure", delay = "50ms" }
start_seconds = 0.2
`);
    const daemon = stack.up();
    await daemon.line(/Service flaky is running/);
    expect((await stack.status()).services[0]).toMatchObject({
      restarts: 1,
      starts: 2,
      failures: 1,
      failureRate: 0.5,
      shutdownMs: null,
    });
    await stack.run(['restart', 'flaky']);
    const after = (await stack.status()).services[0];
    expect(after).toMatchObject({ restarts: 1, starts: 3, state: 'RUNNING' });
    expect(after?.['shutdownMs']).toBeTypeOf('number');
    expect(Number(after?.['startupMs'])).toBeGreaterThan(190);
    expect(Number(after?.['uptimeMs'])).toBeGreaterThan(0);
  });
});
