import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench, isAlive, until } from '../support/tappet.ts';

describe('kill -9 of the supervisor', () => {
  it('leaves the services running, and the next one adopts them: same pids, no second copy, no lost line', async () => {
    const upTo = (last: number): string => `while [ $i -lt ${last} ]; do i=$((i+1)); echo "line $i"; done`;
    const writer = `i=0; ${upTo(1000)}; while ! test -e go; do sleep 0.05; done; ${upTo(4000)}; exec sleep 1000`;
    await using stack = bench(`
[[services]]
name = "writer"
command = "/bin/sh"
args = ["-c", '''${writer}''']
log_file = "writer.log"

[[services]]
name = "once"
type = "oneshot"
command = "/bin/sh"
args = ["-c", "echo ran >>once.log"]

[[services]]
name = "held"
command = "/bin/sleep"
args = ["1000"]
restart = "always"
`);
    const first = stack.up();
    await first.line(/All services started successfully/);
    expect((await stack.run(['stop', 'held'])).code).toBe(0);
    const before = (await stack.status()).services;
    const path = join(stack.folder, 'writer.log');
    const log = (): string[] => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []);
    await until(() => log().at(-1) === 'line 1000', 'the first lines are in the log');
    first.child.kill('SIGKILL');
    await first.exited;
    expect(isAlive(Number(before[0]?.pid))).toBe(true);
    // Nobody reads now: what is written waits in the pipe.
    stack.write('go', '');

    const second = stack.up();
    await second.line(/Took over service: writer/);
    const after = (await stack.status()).services;
    expect(after.map(({ name, state, pid }) => ({ name, state, pid }))).toEqual([
      { name: 'writer', state: 'RUNNING', pid: before[0]?.pid },
      { name: 'once', state: 'STOPPED', pid: null },
      { name: 'held', state: 'STOPPED', pid: null },
    ]);
    await until(() => log().at(-1) === 'line 4000', 'the last line is in the log');
    expect(log()).toEqual(Array.from({ length: 4000 }, (_, index) => `line ${index + 1}`));
    expect(readFileSync(join(stack.folder, 'once.log'), 'utf8')).toBe('ran\n');

    // An adopted process is stopped, restarted and noticed like any other.
    process.kill(Number(after[0]?.pid), 'SIGKILL');
    await until(
      async () => (await stack.status()).services[0]?.state !== 'RUNNING',
      'the end of the adopted process is noticed',
    );
  });

  it('restarts an adopted service that dies, by its policy', async () => {
    await using stack = bench(`
[[services]]
name = "api"
command = "/bin/sleep"
args = ["1000"]
restart = { policy = "on-failure", delay = "100ms" }
`);
    const first = stack.up();
    await first.line(/All services started/);
    first.child.kill('SIGKILL');
    await first.exited;
    const second = stack.up();
    await second.line(/Took over service: api/);
    const pid = Number((await stack.status()).services[0]?.pid);
    process.kill(pid, 'SIGKILL');
    await until(async () => {
      const [api] = (await stack.status()).services;
      return api?.state === 'RUNNING' && api.pid !== pid;
    }, 'a new process runs');
  });

  it('with the guard, supervision is back by itself and a stop still leaves nothing', async () => {
    await using stack = bench('[[services]]\nname = "api"\ncommand = "/bin/sleep"\nargs = ["1000"]\n');
    const guarded = stack.up(['--guard']);
    await guarded.line(/All services started/);
    const before = await stack.status();
    process.kill(Number(before['pid']), 'SIGKILL');
    await guarded.line(/Took over service: api/);
    const after = await stack.status();
    expect(after['pid']).not.toBe(before['pid']);
    expect(after.services[0]?.pid).toBe(before.services[0]?.pid);
    guarded.child.kill('SIGTERM');
    expect(await guarded.exited).toBe(0);
    expect(isAlive(Number(after.services[0]?.pid))).toBe(false);
  });

  it('refuses a second daemon of the same project at once, and says how to reach the first', async () => {
    await using stack = bench('[[services]]\nname = "api"\ncommand = "/bin/sleep"\nargs = ["1000"]\n');
    const first = stack.up();
    await first.line(/All services started/);
    const second = await stack.run(['up']);
    expect(second.code).toBe(1);
    expect(second.stderr + second.stdout).toContain(String((await stack.status())['pid']));
  });
});

describe('stop', () => {
  it('leaves nothing behind of a service that forks, leaves its session and ignores SIGTERM', async () => {
    await using stack = bench(`
[[services]]
name = "forker"
command = "/bin/sh"
args = ["-c", '''
  trap "" TERM
  sleep 1000 & echo $! >>pids
  setsid sh -c 'sleep 1000 & echo $! >>pids; echo $$$$ >>pids; wait' &
  echo $$$$ >>pids
  wait
''']
stop_timeout = 1
`);
    const daemon = stack.up();
    await daemon.line(/All services started/);
    const file = join(stack.folder, 'pids');
    const pids = (): number[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []);
    await until(() => pids().length === 4, 'all processes are there');
    const startedAt = performance.now();
    expect((await stack.run(['stop', 'forker'])).code).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    expect(pids().filter(isAlive)).toEqual([]);
  });

  it('ends at once when a second signal comes, and still leaves nothing', async () => {
    await using stack = bench(`
[[services]]
name = "deaf"
command = "/bin/sh"
args = ["-c", "trap '' TERM; sleep 1000 & wait; sleep 1000"]
stop_timeout = 25
`);
    const daemon = stack.up();
    await daemon.line(/All services started/);
    const pid = Number((await stack.status()).services[0]?.pid);
    daemon.child.kill('SIGTERM');
    await daemon.line(/Stopping service: deaf/);
    const startedAt = performance.now();
    daemon.child.kill('SIGTERM');
    expect(await daemon.exited).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(isAlive(pid)).toBe(false);
  });
});
