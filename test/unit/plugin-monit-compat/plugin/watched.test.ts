import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@tappet/core';
import { type PluginHarness, pluginHarness } from '@tappet/core/testing';
import { loadMonitText } from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realSession } from './real-session.ts';
import { createWorld, ENDED, GONE, type World } from './world.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monit-watched-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function watching(
  monit: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<{ harness: PluginHarness; world: World }> {
  const world = createWorld();
  const harness = await pluginHarness(world.plugin, {
    config: {
      plugins: { 'monit-compat': { poll: 10, monit, ...options } },
      services: [{ name: 'other', command: '/bin/other' }],
    },
  });
  return { harness, world };
}

const HOST = `check host app with address 127.0.0.1
  start program = "/bin/start app"
  stop program = "/bin/stop app"
  if failed port 80 then restart`;

describe('a service that is watched, not run', () => {
  it('is restarted by its programs, in every failing cycle', async () => {
    const { harness, world } = await watching(HOST);
    world.ports.set(80, false);
    await harness.advance(20_000);
    expect(world.runs).toEqual(['/bin/stop app', '/bin/start app', '/bin/stop app', '/bin/start app']);
    await harness.close();
  });

  it('is not looked at while an action on it is under way, and nobody else waits for it', async () => {
    const { harness, world } = await watching(
      `${HOST}\ncheck host b with address 127.0.0.1\n  if failed port 81 then exec "/bin/told b" repeat every 1 cycles`,
    );
    let finish: (() => void) | undefined;
    world.ends = (argv) =>
      argv[0] === '/bin/stop' ? new Promise((resolve) => (finish = () => resolve(ENDED))) : ENDED;
    world.ports.set(80, false).set(81, false);
    await harness.advance(40_000);
    expect(world.runs.filter((line) => line === '/bin/stop app')).toHaveLength(1);
    expect(world.runs.filter((line) => line === '/bin/told b').length).toBeGreaterThanOrEqual(3);
    finish?.();
    await harness.advance(1);
    expect(world.runs).toContain('/bin/start app');
    await harness.close();
  });

  it('a probe that hangs delays nobody but its own service', async () => {
    const { harness, world } = await watching(
      `${HOST}\ncheck host b with address 127.0.0.1\n  if failed port 81 then exec "/bin/told b"`,
    );
    world.ports.set(80, new Promise(() => undefined)).set(81, false);
    await harness.advance(10_000);
    expect(world.runs).toEqual(['/bin/told b']);
    await harness.close();
  });

  it('a rehearsal tells what would be done and does nothing', async () => {
    const { harness, world } = await watching(HOST, { rehearse: true });
    world.ports.set(80, false);
    await harness.advance(10_000);
    expect(world.runs).toEqual([]);
    const told = harness.logged.map(({ message }) => message).join('\n');
    expect(told).toContain(
      'would stop app with /bin/stop app: rule "if failed port 80 then restart": Connection failed',
    );
    expect(told).toContain('would start app with /bin/start app');
    await harness.close();
  });

  it('is operated by a person, prerequisites first', async () => {
    const { harness, world } = await watching(`check file base with path /x\n  start program = "/bin/start base"
check file top with path /y\n  start program = "/bin/start top"\n  depends on base`);
    world.samples.set('base', GONE).set('top', GONE);
    const { signal } = new AbortController();
    await harness.supervisor.call('monit-compat', 'act', { action: 'unmonitor', names: ['all'] }, signal);
    world.runs.length = 0;
    await harness.supervisor.call('monit-compat', 'act', { action: 'start', names: ['TOP'] }, signal);
    expect(world.runs).toEqual(['/bin/start base', '/bin/start top']);
    await harness.close();
  });

  it('an unknown name and an unknown action are refused with the reason', async () => {
    const { harness } = await watching(HOST);
    const { signal } = new AbortController();
    const call = (params: object): Promise<unknown> =>
      harness.supervisor.call('monit-compat', 'act', { ...params }, signal);
    await expect(call({ action: 'start', names: ['apq'] })).rejects.toThrow('nothing that is watched is called "apq"');
    await expect(call({ action: 'jump', names: ['app'] })).rejects.toThrow('there is no action "jump"');
    await expect(call({ action: 'stop', group: 'none' })).rejects.toThrow('there is no group "none"');
    await harness.close();
  });

  it('tells status, summary and report', async () => {
    const { harness, world } = await watching(HOST);
    world.ports.set(80, false);
    await harness.advance(10_000);
    const { signal } = new AbortController();
    const text = async (method: string, params = {}): Promise<string> =>
      ((await harness.supervisor.call('monit-compat', method, params, signal)) as { text: string }).text;
    expect(await text('summary')).toMatch(/app +Connection failed +Remote Host/);
    expect(await text('status', { names: ['app'] })).toContain("Remote Host 'app'");
    expect(await text('report', { type: 'down' })).toBe('1\n');
    expect(await text('report')).toContain('down:            1 (50.0%)');
    await harness.close();
  });
});

describe('what is monitored', () => {
  it('is remembered over restarts of the supervisor within one boot', async () => {
    const state_file = join(folder, 'state.json');
    const first = await watching(HOST, { state_file });
    const { signal } = new AbortController();
    await first.harness.supervisor.call('monit-compat', 'act', { action: 'stop', names: ['app'] }, signal);
    await first.harness.close();
    const second = await watching(HOST, { state_file });
    second.world.ports.set(80, false);
    await second.harness.advance(30_000);
    expect(second.world.runs).toEqual([]);
    await second.harness.close();
  });

  it('a state file of an earlier boot only counts for laststate', async () => {
    const state_file = join(folder, 'old.json');
    writeFileSync(state_file, JSON.stringify({ bootId: 'another', unmonitored: ['app', 'kept'] }));
    const { harness, world } = await watching(
      `${HOST}\ncheck host kept with address 127.0.0.1\n onreboot laststate\n if failed port 81 then exec "/bin/told"`,
      { state_file },
    );
    world.ports.set(80, false).set(81, false);
    await harness.advance(10_000);
    expect(world.runs).toEqual(['/bin/stop app', '/bin/start app']);
    await harness.close();
  });

  it('a damaged state file is like none', async () => {
    const state_file = join(folder, 'damaged.json');
    writeFileSync(state_file, '{"unmon');
    const { harness, world } = await watching(HOST, { state_file });
    world.ports.set(80, false);
    await harness.advance(10_000);
    expect(world.runs).toHaveLength(2);
    await harness.close();
  });
});

describe('a configuration that is refused', () => {
  async function issuesOf(plugins: Readonly<Record<string, unknown>>, service: object = {}): Promise<string> {
    try {
      const harness = await pluginHarness(createWorld().plugin, {
        config: { plugins: { 'monit-compat': plugins }, services: [{ name: 'web', command: '/bin/web', ...service }] },
      });
      await harness.close();
      return 'accepted';
    } catch (error) {
      if (error instanceof ConfigError) return error.issues.map(({ message }) => message).join('\n');
      throw error;
    }
  }

  it('names file, line and column of every mistake in a control file', async () => {
    const file = join(folder, 'broken');
    writeFileSync(file, 'check host a with address 1.2.3.4\n  if failed prt 80 then restart\n', { mode: 0o600 });
    expect(await issuesOf({ include: [file] })).toContain(`${file}:2:13: `);
  });

  it('has a control file that others can read', async () => {
    const file = join(folder, 'open');
    writeFileSync(file, 'set daemon 5\n', { mode: 0o644 });
    expect(await issuesOf({ include: [file] })).toContain('its permissions are 0644');
  });

  it('has a control file that does not exist', async () => {
    expect(await issuesOf({ include: [join(folder, 'none')] })).toContain('there is no such file');
  });

  it('has a rule that is none, at its place', async () => {
    expect(await issuesOf({}, { rules: ['if cpu > 80% then dance'] })).toContain('rules[0]:1:');
    expect(await issuesOf({}, { monit: 'if cpu > 80 then restart' })).toContain('monit:1:');
    expect(await issuesOf({}, { 'monit-compat': { rules: ['start program = "/bin/x"'] } })).toContain('start program');
  });

  it('has an option of the wrong kind', async () => {
    expect(await issuesOf({ poll: 'soon' })).toContain('must be a duration');
    expect(await issuesOf({ include: ['monitrc'] })).toContain('must be an absolute path');
    expect(await issuesOf({ webhook: 'ftp://x' })).toContain('must be an http or https URL');
  });

  it('at a reload leaves the old one in force', async () => {
    const { harness, world } = await watching(HOST);
    await expect(
      harness.reload({
        plugins: { 'monit-compat': { monit: 'check nonsense' } },
        services: [{ name: 'other', command: '/bin/other' }],
      }),
    ).rejects.toThrow(/cannot use the configuration: 1 issue/);
    world.ports.set(80, false);
    await harness.advance(10_001);
    expect(world.runs).toContain('/bin/start app');
    await harness.close();
  });
});

describe('several files', () => {
  it('a pattern leaves out what a file before it has included', async () => {
    const base = mkdtempSync(join(folder, 'etc-'));
    writeFileSync(
      join(base, 'one.conf'),
      'check host one with address 127.0.0.1\n if failed port 80 then exec "/bin/one"\n',
    );
    writeFileSync(join(base, 'monitrc'), `set daemon 5\ninclude ${base}/*.conf\n`, { mode: 0o600 });
    const { harness, world } = await watching('', {
      monit: undefined,
      include: [join(base, 'monitrc'), `${base}/*.conf`],
    });
    world.ports.set(80, false);
    await harness.advance(10_000);
    expect(world.runs).toEqual(['/bin/one']);
    await harness.close();
  });
});

describe('timers', () => {
  it('there is none with nothing to watch', async () => {
    const harness = await pluginHarness(createWorld().plugin, { config: { services: [] } });
    expect(harness.clock.pendingTimers).toBe(0);
    await harness.close();
  });

  it('there is one for the cycle, whatever is watched', async () => {
    const { harness } = await watching(HOST);
    expect(harness.clock.pendingTimers).toBe(1);
    await harness.close();
  });
});

describe('a pid file that names an innocent process', () => {
  it('never gets that process a signal', async () => {
    const innocent = spawn('sleep', ['600'], { stdio: 'ignore' });
    const pidFile = join(folder, 'stale.pid');
    writeFileSync(pidFile, String(innocent.pid));
    const { configuration } = loadMonitText(`check process gone with pidfile ${pidFile}
  start program = "/bin/true" with timeout 1 seconds
  stop program = "/bin/true" with timeout 1 seconds
  if memory > 1 B then restart`);
    const session = await realSession(configuration, { pollMs: 50 });
    const end = performance.now() + 20_000;
    while ((session.watch?.pending.size ?? 0) === 0 && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(session.watch?.pending.get('gone')).toBe('restart');
    await session.close();
    expect(innocent.exitCode).toBeNull();
    expect(innocent.signalCode).toBeNull();
    innocent.kill('SIGKILL');
    await new Promise((resolve) => innocent.once('exit', resolve));
  });
});
