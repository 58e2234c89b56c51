import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@tappet/core';
import { type PluginHarness, pluginHarness } from '@tappet/core/testing';
import { loadMonitText, markFast, type Sample } from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realSession } from './real-session.ts';
import { createWorld, GONE, type World } from './world.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monit-fast-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROCESS = `check process app with pidfile /nowhere/app.pid
  start program = "/bin/start app" with timeout 1 seconds
  stop program = "/bin/stop app"`;

async function watching(
  monit: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<{ harness: PluginHarness; world: World }> {
  const world = createWorld();
  const harness = await pluginHarness(world.plugin, {
    config: { plugins: { 'monit-compat': { poll: 60, fast: ['app'], monit, ...options } }, services: [] },
  });
  await harness.advance(1);
  return { harness, world };
}

function present(pid: number): Sample {
  return { presence: 'present', facts: { identity: { pid, startTicks: pid } } };
}

function end(world: World, pid: number): void {
  world.dead.add(pid);
  world.samples.set('app', GONE);
}

describe('the end of a process behind a pid file, with fast', () => {
  it('is acted upon within 50 ms, not at the next poll', async () => {
    const { harness, world } = await watching(PROCESS);
    end(world, 100);
    await harness.advance(50);
    expect(world.runs).toEqual(['/bin/start app']);
    await finish(harness);
  });

  it('is acted upon when it is a zombie that nobody fetches', async () => {
    const { harness, world } = await watching(PROCESS);
    world.dead.add(100);
    world.samples.set('app', { presence: 'zombie', facts: { identity: { pid: 100, startTicks: 1 } } });
    await harness.advance(50);
    expect(world.runs).toEqual(['/bin/start app']);
    await finish(harness);
  });

  it('waits for the poll without it', async () => {
    const { harness, world } = await watching(PROCESS, { fast: false });
    end(world, 100);
    await harness.advance(50_000);
    expect(world.runs).toEqual([]);
    await harness.advance(10_000);
    expect(world.runs).toEqual(['/bin/start app']);
    await finish(harness);
  });

  it('is acted upon once between two polls, however often the program fails', async () => {
    const { harness, world } = await watching(PROCESS);
    end(world, 100);
    await harness.advance(59_000);
    expect(world.runs).toEqual(['/bin/start app']);
    await harness.advance(1000);
    expect(world.runs).toEqual(['/bin/start app', '/bin/start app']);
    await finish(harness);
  });

  it('counts for the restart limit', async () => {
    const { harness, world } = await watching(`${PROCESS}\n  if 2 restarts within 3 cycles then unmonitor`);
    for (const pid of [100, 101]) {
      world.samples.set('app', present(pid));
      await harness.advance(60_000);
      end(world, pid);
      await harness.advance(50);
      expect(world.runs).toHaveLength(pid - 99);
    }
    world.samples.set('app', present(102));
    await harness.advance(60_000);
    expect(await summary(harness)).toMatch(/app +Not monitored/);
    end(world, 102);
    await harness.advance(120_000);
    expect(world.runs).toHaveLength(2);
    await harness.close();
  });

  it('is left alone when a person has stopped the service', async () => {
    const { harness, world } = await watching(PROCESS);
    const { signal } = new AbortController();
    await harness.supervisor.call('monit-compat', 'act', { action: 'stop', names: ['app'] }, signal);
    end(world, 100);
    await harness.advance(120_000);
    expect(world.runs).toEqual([]);
    await harness.close();
  });

  it('is news neither when the pid file names another process by then', async () => {
    const { harness, world } = await watching(PROCESS);
    world.dead.add(100);
    world.samples.set('app', present(101));
    await harness.advance(120_000);
    expect(world.runs).toEqual([]);
    await harness.close();
  });

  it('costs one timer for all of them', async () => {
    const { harness } = await watching(`${PROCESS}\ncheck process other with pidfile /nowhere/other.pid`, {
      fast: true,
    });
    expect(harness.clock.pendingTimers).toBe(2);
    await harness.close();
  });

  it('restarts a real process that was killed, while the next poll is an hour away', async () => {
    const pidFile = join(folder, 'real.pid');
    const victim = spawn('sleep', ['600'], { stdio: 'ignore' });
    writeFileSync(pidFile, `${victim.pid}\n`);
    const { configuration } = loadMonitText(`check process real with pidfile ${pidFile}
  start program = "/bin/sh -c 'sleep 600 & echo $! > ${pidFile}'"`);
    const session = await realSession(markFast(configuration, true), { pollMs: 3_600_000 });
    await until(() => session.watch?.looks.get('real')?.sample.presence === 'present');
    await kill(victim);
    await until(() => pidIn(pidFile) > 0 && pidIn(pidFile) !== victim.pid);
    const replacement = pidIn(pidFile);
    await session.close();
    process.kill(replacement, 'SIGKILL');
  });
});

describe('fast resource rules of a process behind a pid file', () => {
  it('look every fast_interval', async () => {
    const { harness, world } = await watching(`${PROCESS}\n  if memory > 1 MB then exec "/bin/told"`);
    world.samples.set('app', { presence: 'present', facts: { resources: { memory: 2 ** 21 } } });
    await harness.advance(500);
    expect(world.runs).toEqual(['/bin/told']);
    await harness.close();
  });
});

describe('names of fast services', () => {
  it.each([
    [['ap'], 'cannot make "ap" fast: the control files check nothing of that name (did you mean "app"?)'],
    [['files'], 'cannot make "files" fast: it is a file, and only processes can be'],
    [3, 'must be true, or a list of names of checked processes'],
  ])('%j are refused with the reason', async (fast, message) => {
    const failure = await watching(`${PROCESS}\ncheck file files with path /x`, { fast }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ConfigError);
    expect(JSON.stringify((failure as ConfigError).issues)).toContain(JSON.stringify(message).slice(1, -1));
  });
});

/** Lets a start program that brought no process run out of its time, for which a farewell would wait. */
async function finish(harness: PluginHarness): Promise<void> {
  await harness.advance(2000);
  await harness.close();
}

async function summary(harness: PluginHarness): Promise<string> {
  const { signal } = new AbortController();
  return ((await harness.supervisor.call('monit-compat', 'summary', {}, signal)) as { text: string }).text;
}

async function until(isTrue: () => boolean): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (!isTrue()) {
    if (performance.now() > endMs) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function pidIn(file: string): number {
  return Number(readFileSync(file, 'utf8')) || 0;
}
