import { type HarnessOptions, type PluginHarness, pluginHarness } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';
import { createWorld, type World, withFacts } from './world.ts';

const BUSY = withFacts({ cpu: 99, memory: 1000 });

interface Setting {
  readonly service?: Readonly<Record<string, unknown>>;
  readonly plugin?: Readonly<Record<string, unknown>>;
  readonly programs?: HarnessOptions['programs'];
}

async function start({
  service = {},
  plugin = {},
  programs = {},
}: Setting): Promise<{ harness: PluginHarness; world: World }> {
  const world = createWorld();
  const harness = await pluginHarness(world.plugin, {
    config: {
      plugins: { 'monit-compat': { poll: 10, ...plugin } },
      services: [{ name: 'web', command: '/bin/web', ...service }],
    },
    programs,
  });
  return { harness, world };
}

function spawns({ processes }: PluginHarness, service = 'web'): number {
  return processes.actionsOf(service).filter((line) => line.includes('spawn')).length;
}

describe('rules inline in a service', () => {
  it('restart it after the cycles they name, with the rule in the journal', async () => {
    const { harness, world } = await start({ service: { rules: ['if cpu > 80% for 3 cycles then restart'] } });
    await harness.until('web', 'RUNNING');
    world.samples.set('web', BUSY);
    await harness.advance(20_000);
    expect(spawns(harness)).toBe(1);
    await harness.advance(10_001);
    expect(spawns(harness)).toBe(2);
    expect(harness.journal('web').join('\n')).toContain(
      'rule "if cpu > 80% for 3 cycles then restart": Resource limit matched',
    );
    await harness.close();
  });

  it('may stand in a text with several statements, and in the table of the plugin', async () => {
    const { harness, world } = await start({
      service: {
        monit: 'if cpu > 80% for 2 cycles then restart\nif 2 restarts within 9 cycles then stop',
        'monit-compat': { rules: ['if memory > 1 GB then alert'] },
      },
    });
    await harness.until('web', 'RUNNING');
    world.samples.set('web', BUSY);
    await harness.advance(60_000);
    expect(harness.state('web')).toBe('STOPPED');
    // Two restarts, and nothing after the stop.
    expect(spawns(harness)).toBe(3);
    await harness.close();
  });

  it('do not bring back what a user stopped, and go on when a user starts it', async () => {
    const { harness, world } = await start({ service: { rules: ['if cpu > 80% then restart'] } });
    await harness.until('web', 'RUNNING');
    void harness.supervisor.submit('web', { action: 'stop', actor: 'user', reason: 'maintenance' });
    await harness.until('web', 'STOPPED');
    world.samples.set('web', BUSY);
    await harness.advance(60_000);
    expect(harness.state('web')).toBe('STOPPED');
    expect(spawns(harness)).toBe(1);
    void harness.supervisor.submit('web', { action: 'start', actor: 'user', reason: 'done' });
    await harness.until('web', 'RUNNING');
    await harness.advance(11_000);
    expect(spawns(harness)).toBe(3);
    await harness.close();
  });

  it('share the restart budget with the restart policy', async () => {
    const { harness, world } = await start({
      service: {
        rules: ['if cpu > 80% then restart'],
        restart: { policy: 'on-failure', max_attempts: 3, reset_after: 3600 },
      },
    });
    await harness.until('web', 'RUNNING');
    world.samples.set('web', BUSY);
    await harness.advance(300_000);
    expect(harness.state('web')).toBe('FAILED');
    expect(spawns(harness)).toBe(4);
    expect(harness.events.filter(({ type }) => type === 'gave-up')).toHaveLength(1);
    await harness.close();
  });

  it('count the restarts of the restart policy for a restart limit', async () => {
    const { harness } = await start({
      service: { rules: ['if 3 restarts within 20 cycles then stop'], restart: 'always' },
      programs: { web: { exitAfterMs: 15_000, exitCode: 1 } },
    });
    await harness.advance(200_000);
    expect(harness.state('web')).toBe('STOPPED');
    expect(spawns(harness)).toBe(4);
    await harness.close();
  });

  it('unmonitor: the service runs on and is judged no more, until a person says so', async () => {
    const { harness, world } = await start({
      service: { monit: 'if cpu > 80% for 2 cycles then unmonitor\nif memory > 1 GB then restart' },
    });
    await harness.until('web', 'RUNNING');
    world.samples.set('web', BUSY);
    await harness.advance(20_000);
    world.samples.set('web', withFacts({ cpu: 1, memory: 2 ** 31 }));
    await harness.advance(50_000);
    expect(spawns(harness)).toBe(1);
    const { signal } = new AbortController();
    await harness.supervisor.call('monit-compat', 'act', { action: 'monitor', names: ['web'] }, signal);
    await harness.advance(11_000);
    expect(spawns(harness)).toBe(2);
    await harness.close();
  });

  it('have no rule on existence of their own: the restart policy decides', async () => {
    const { harness } = await start({
      service: { rules: ['if cpu > 80% then restart'] },
      programs: { web: { exitAfterMs: 5000, exitCode: 1 } },
    });
    await harness.advance(60_000);
    expect(harness.state('web')).toBe('FAILED');
    expect(spawns(harness)).toBe(1);
    await harness.close();
  });

  it('show what they see in the status of the service', async () => {
    const { harness, world } = await start({ service: { rules: ['if cpu > 80% then alert'] } });
    await harness.until('web', 'RUNNING');
    world.samples.set('web', BUSY);
    await harness.advance(10_000);
    expect(harness.supervisor.serviceStatus('web')?.plugins['monit-compat']).toEqual({
      monitoring: 'yes',
      rules: 1,
      failing: true,
    });
    expect(harness.events).toContainEqual(expect.objectContaining({ type: 'custom', name: 'tappet.monit/event' }));
    await harness.close();
  });

  it('keep their counters over a reload that does not touch them', async () => {
    const { harness, world } = await start({ service: { rules: ['if cpu > 80% for 3 cycles then restart'] } });
    await harness.until('web', 'RUNNING');
    world.samples.set('web', BUSY);
    await harness.advance(20_000);
    await harness.reload();
    await harness.advance(10_001);
    expect(spawns(harness)).toBe(2);
    await harness.close();
  });
});

describe('fast = true', () => {
  it('a resource rule acts between two cycles', async () => {
    const { harness, world } = await start({
      plugin: { poll: 3600, fast_interval: '500ms' },
      service: { rules: [{ rule: 'if cpu > 80% then restart', fast: true }] },
    });
    await harness.until('web', 'RUNNING');
    await harness.advance(1000);
    world.samples.set('web', BUSY);
    await harness.advance(501);
    expect(spawns(harness)).toBe(2);
    await harness.close();
  });

  it('a process that ends is started as fast as the core does it', async () => {
    const { harness } = await start({
      plugin: { poll: 3600 },
      service: { rules: [{ rule: 'if does not exist then restart', fast: true }] },
      programs: { web: { exitAfterMs: 5000, exitCode: 0 } },
    });
    await harness.until('web', 'RUNNING');
    await harness.advance(5000);
    expect(spawns(harness)).toBe(2);
    expect(harness.journal('web').join('\n')).toContain('rule "if does not exist then restart"');
    await harness.close();
  });

  it('does not overrule a stop', async () => {
    const { harness } = await start({
      plugin: { poll: 3600 },
      service: { rules: [{ rule: 'if does not exist then restart', fast: true }] },
    });
    await harness.until('web', 'RUNNING');
    void harness.supervisor.submit('web', { action: 'stop', actor: 'user', reason: 'maintenance' });
    await harness.until('web', 'STOPPED');
    await harness.advance(60_000);
    expect(spawns(harness)).toBe(1);
    await harness.close();
  });
});

describe('a checked service with the name of one of ours', () => {
  const CHECKED = `check host web with address 127.0.0.1
  start program = "/bin/start web"
  stop program = "/bin/stop web"
  if failed port 80 protocol http for 2 cycles then restart`;

  it('is restarted by the supervisor, not by its programs', async () => {
    const { harness, world } = await start({ plugin: { monit: CHECKED } });
    await harness.until('web', 'RUNNING');
    world.ports.set(80, false);
    await harness.advance(20_001);
    expect(spawns(harness)).toBe(2);
    expect(world.runs).toEqual([]);
    expect(harness.journal('web').join('\n')).toContain('Connection failed');
    await harness.close();
  });

  it('is restarted by the implied rule when its process is gone and no restart policy brings it back', async () => {
    const { harness } = await start({
      plugin: { monit: 'check process WEB with pidfile /run/none.pid\n  start program = "/bin/start web"' },
      programs: { web: { exitAfterMs: 12_000, exitCode: 3 } },
    });
    await harness.advance(12_001);
    expect(harness.state('web')).toBe('FAILED');
    await harness.advance(10_000);
    expect(spawns(harness)).toBe(2);
    await harness.close();
  });

  it('is not started by a rule while a user holds it', async () => {
    const { harness } = await start({ plugin: { monit: 'check process web with pidfile /run/none.pid' } });
    await harness.until('web', 'RUNNING');
    void harness.supervisor.submit('web', { action: 'stop', actor: 'user', reason: 'maintenance' });
    await harness.until('web', 'STOPPED');
    await harness.advance(60_000);
    expect(spawns(harness)).toBe(1);
    await harness.close();
  });
});
