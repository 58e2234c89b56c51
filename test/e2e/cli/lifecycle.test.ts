import { describe, expect, it } from 'vitest';
import { createProject, logged, isAlive } from './project.ts';

const STACK = `
[timeouts]
service_shutdown_timeout = 2

[[services]]
name = "cache"
command = "sleep 1000"
required = true

[[services]]
name = "migration"
type = "oneshot"
command = "sh -c 'echo migrated'"

[[services]]
name = "web"
command = "sh -c 'echo listening; exec sleep 1000'"
depends_on = ["cache", "migration"]
pre_script = "#!/bin/sh\\necho checking"
pos_script = "#!/bin/sh\\necho cleaned"
`;

describe('a day of a daemon', () => {
  it('starts, answers, restarts, reloads and goes down', async () => {
    await using project = createProject(STACK);
    const daemon = project.up();
    await logged(daemon, '[INFO] All services started successfully\n');
    const { services } = await project.status(({ phase }) => phase === 'running');
    const pid = services.find(({ name }) => name === 'web')?.pid;

    expect(
      project
        .tappet(['status'])
        .out.split('\n')
        .filter((line) => line.includes('RUNNING')),
    ).toHaveLength(2);
    expect(project.tappet(['logs', 'web'])).toMatchObject({ code: 0, out: 'checking\nlistening\n' });
    expect(project.tappet(['why', 'web']).out).toMatch(/^web is RUNNING/);
    expect(project.tappet(['restart', 'web'])).toMatchObject({ code: 0, out: 'restarted web\n' });
    await project.status((status) => status.services.some((s) => s.name === 'web' && s.pid !== pid && s.pid !== null));
    expect(project.tappet(['stop', 'web'])).toMatchObject({ code: 0, out: 'stopped web\n' });
    expect(project.tappet(['status', 'web']).out).toMatch(/^web {2}STOPPED .* stopped by a user$/m);
    expect(project.tappet(['start', 'wep'])).toMatchObject({ code: 4 });

    project.configure(`${STACK}\n[[services]]\nname = "extra"\ncommand = "sleep 1000"\n`);
    expect(project.tappet(['reload'])).toMatchObject({ code: 0, out: 'reloaded: added extra; 3 unchanged\n' });
    await project.status((status) =>
      status.services.some(({ name, state }) => name === 'extra' && state === 'RUNNING'),
    );

    const down = project.tappet(['down']);
    expect(down).toMatchObject({ code: 0, err: '' });
    expect(down.out).toMatch(/Stopping service: cache\n(.*\n)*e2e is down\n$/);
    expect(await daemon.ended).toBe(0);
    expect(daemon.log()).toMatch(/Releasing resources\.\.\.\nSupervisor exiting with code 0\n$/);
    expect(project.tappet(['status'])).toMatchObject({ code: 3 });
  });

  it('prints the log that people know', async () => {
    await using project = createProject(STACK);
    const daemon = project.up();
    await logged(daemon, 'All services started');
    const lines = daemon.log().split('\n');
    const order = [
      '[INFO] Starting service: cache',
      /^\[INFO\] Service cache is running \(PID: \d+\)$/,
      '[INFO] Running pre-script for web',
      '[INFO] Starting service: web',
      /^\[INFO\] Service web is running \(PID: \d+\)$/,
      '[INFO] All services started successfully',
    ];
    const places = order.map((wanted) =>
      lines.findIndex((line) => (typeof wanted === 'string' ? line === wanted : wanted.test(line))),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(lines).toContain('[INFO] Service migration completed successfully');
    expect(lines).toContain('web | checking');
  });

  it('keeps the old plan when the new file is wrong', async () => {
    await using project = createProject(STACK);
    const daemon = project.up();
    await project.status(({ phase }) => phase === 'running');
    project.configure(STACK.replace('name = "web"', 'name = "cache"'));
    const reload = project.tappet(['reload']);
    expect(reload).toMatchObject({ code: 2, out: '' });
    expect(reload.err).toContain('services.toml:');
    expect(reload.err).toContain('nothing was changed: the configuration in force stays\n');
    daemon.child.kill('SIGHUP');
    await logged(daemon, '[ERROR] cannot reload, the configuration in force stays:');
    expect((await project.status(() => true)).services.map(({ name }) => name)).toEqual(['cache', 'migration', 'web']);
  });

  it('goes down with exit code 1 when a required service fails', async () => {
    await using project = createProject(`
[[services]]
name = "web"
command = "sleep 1000"
[[services]]
name = "database"
command = "sh -c 'sleep 0.5; exit 7'"
required = true
depends_on = "web"
`);
    const daemon = project.up();
    expect(await daemon.ended).toBe(1);
    const wanted = [
      "Service 'database' exited with code 7",
      "Service 'database' state changed: RUNNING -> FAILED",
      "CRITICAL: Required service 'database' has failed",
      'System cannot continue without this service',
      'Initiating graceful shutdown due to critical service failure',
      'Stopping service: web',
      'Releasing resources...',
      'Supervisor exiting with code 1',
    ];
    expect(
      daemon
        .log()
        .split('\n')
        .filter((line) => wanted.includes(line)),
    ).toEqual(wanted);
  });

  it('writes a line of JSON for each event when asked to', async () => {
    await using project = createProject(STACK);
    const daemon = project.up(['--log-format', 'json']);
    await logged(daemon, '"event":"started"');
    project.tappet(['down']);
    expect(await daemon.ended).toBe(0);
    const events = daemon
      .log()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; level: number });
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set(['note', 'intent', 'state', 'spawn', 'exit', 'output', 'started', 'shutdown']),
    );
  });

  it('starts only what is named and what that depends on', async () => {
    await using project = createProject(`${STACK}\n[[services]]\nname = "extra"\ncommand = "sleep 1000"\n`);
    project.up(['web']);
    const { services } = await project.status(({ phase }) => phase === 'running');
    expect(services.map(({ name, state }) => [name, state])).toEqual([
      ['cache', 'RUNNING'],
      ['migration', 'STOPPED'],
      ['web', 'RUNNING'],
      ['extra', 'STOPPED'],
    ]);
  });
});

describe('signals', () => {
  it('only TERM, INT and QUIT end it, and none opens a debugger', async () => {
    await using project = createProject(STACK);
    const daemon = project.up();
    await logged(daemon, 'All services started');
    for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGPIPE', 'SIGALRM', 'SIGWINCH', 'SIGVTALRM', 'SIGIO'] as const) {
      process.kill(daemon.pid, signal);
    }
    expect((await project.status(() => true)).pid).toBe(daemon.pid);
    expect(daemon.log()).not.toContain('Debugger');
    process.kill(daemon.pid, 'SIGQUIT');
    expect(await daemon.ended).toBe(0);
    expect(daemon.log()).toContain('[INFO] Initiating graceful shutdown: received SIGQUIT');
  });

  it('a second one shortens the wait and still leaves nothing behind', async () => {
    await using project = createProject(`
[timeouts]
service_shutdown_timeout = 50
global_shutdown_timeout = 100
[[services]]
name = "deaf"
command = '''sh -c 'trap "" TERM INT; while :; do sleep 1; done' '''
`);
    const daemon = project.up();
    const { services } = await project.status((status) => status.services[0]?.state === 'RUNNING');
    process.kill(daemon.pid, 'SIGTERM');
    await logged(daemon, 'Stopping service: deaf');
    process.kill(daemon.pid, 'SIGINT');
    const before = performance.now();
    expect(await daemon.ended).toBe(0);
    expect(performance.now() - before).toBeLessThan(20_000);
    expect(isAlive(services[0]?.pid ?? 0)).toBe(false);
  });
});
