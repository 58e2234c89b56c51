import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { harnessWith, healthEvents, service, spawns, type Switches, switches } from './bench.ts';

let flags: Switches;
beforeEach(() => {
  flags = switches();
});
afterEach(() => flags.dispose());

describe('readiness', () => {
  it('lets dependents wait until the probe succeeds, and says on which one', async () => {
    const check = { ...flags.probe('db'), name: 'disk' };
    const config = { services: [service('db', { healthcheck: check }), service('web', { depends_on: ['db'] })] };
    await using harness = await harnessWith(config);
    await harness.advance(2000);
    expect([harness.state('db'), harness.state('web')]).toEqual(['STARTING', 'PENDING']);
    const open = expect.stringMatching(/^probe "disk" \(file .*db.*: .*\)$/) as string;
    expect(harness.supervisor.why('db')?.waitingFor).toEqual([open]);
    expect(harness.supervisor.why('web')?.waitingFor).toContainEqual(expect.stringMatching(/^probe "disk" .* of db$/));
    flags.on('db');
    await harness.advance(1000);
    expect([harness.state('db'), harness.state('web')]).toEqual(['RUNNING', 'RUNNING']);
    expect(harness.supervisor.why('web')?.waitingFor).toEqual([]);
  });

  it('goes on after the start: a service that turns unready is shown so and is not restarted', async () => {
    flags.on('web');
    const check = { ...flags.probe('web'), interval: 1, failure_threshold: 2 };
    await using harness = await harnessWith({ services: [service('web', { healthcheck: check })] });
    await harness.until('web', 'RUNNING');
    expect(harness.supervisor.serviceStatus('web')?.plugins['healthcheck']).toMatchObject({ ready: true, live: true });
    flags.off('web');
    await harness.advance(10_000);
    expect(harness.supervisor.serviceStatus('web')).toMatchObject({
      state: 'RUNNING',
      plugins: {
        healthcheck: {
          ready: false,
          live: true,
          checks: [{ status: 'down', name: 'readiness-file' }],
          notes: [expect.stringMatching(/^not ready: check "readiness-file" failed \d+ times in a row: /)],
        },
      },
    });
    flags.on('web');
    await harness.advance(2000);
    expect(spawns(harness, 'web')).toBe(1);
    // Transitions only: some twelve probes were tried.
    expect(healthEvents(harness).map(({ name }) => name)).toEqual([
      'check-up',
      'check-down',
      'unready',
      'check-up',
      'ready',
    ]);
  });

  it('comes after liveness in what people are told first', async () => {
    flags.on('web');
    const check = { ...flags.probe('web'), interval: 1 };
    const live = { ...check, kind: 'liveness', on_failure: 'ignore' };
    await using harness = await harnessWith({ services: [service('web', { healthcheck: [check, live] })] });
    await harness.until('web', 'RUNNING');
    flags.off('web');
    await harness.advance(10_000);
    expect(harness.supervisor.serviceStatus('web')?.plugins['healthcheck']).toMatchObject({
      notes: [expect.stringMatching(/^not live: /), expect.stringMatching(/^not ready: /)],
    });
  });

  it('is asked anew after a restart', async () => {
    flags.on('web');
    const check = { ...flags.probe('web'), interval: 1 };
    await using harness = await harnessWith({
      services: [service('web', { healthcheck: check, restart: 'always' })],
    });
    await harness.until('web', 'RUNNING');
    flags.off('web');
    harness.processes.exit('web', { code: 1 });
    await harness.advance(5000);
    expect(harness.state('web')).toBe('STARTING');
    flags.on('web');
    await harness.until('web', 'RUNNING');
  });

  it('fails the start when start_timeout is over', async () => {
    const check = { ...flags.probe('never') };
    await using harness = await harnessWith({
      services: [service('web', { healthcheck: check, start_timeout: 5 })],
    });
    await harness.until('web', 'FAILED');
    expect(harness.clock.nowMs()).toBeGreaterThanOrEqual(5000);
    expect(harness.complaints()).toEqual([]);
  });
});

describe('liveness', () => {
  const live = (name: string, more: object = {}): object => ({
    ...flags.probe(name),
    kind: 'liveness',
    interval: 1,
    ...more,
  });

  it('restarts a service that fails it, with the reason in the journal', async () => {
    flags.on('web');
    await using harness = await harnessWith({
      services: [service('web', { healthcheck: live('web', { name: 'alive' }) })],
    });
    await harness.advance(5000);
    flags.off('web');
    await harness.advance(3500);
    flags.on('web');
    await harness.advance(2000);
    expect(spawns(harness, 'web')).toBe(2);
    expect(harness.state('web')).toBe('RUNNING');
    expect(harness.journal('web')).toContainEqual(
      expect.stringMatching(/^RUNNING → STOPPING: liveness check "alive" failed 3\/3: /),
    );
  });

  it('waits for every startup check, and has its grace anew after each restart', async () => {
    const checks = [{ ...flags.probe('up'), kind: 'startup', interval: 1, failure_threshold: 1000 }, live('web')];
    await using harness = await harnessWith({ services: [service('web', { healthcheck: checks })] });
    await harness.advance(20_000);
    expect(harness.state('web')).toBe('STARTING');
    expect(harness.supervisor.serviceStatus('web')?.plugins['healthcheck']).toMatchObject({
      checks: [{ status: 'pending' }, { status: 'inactive', last: null }],
    });
    flags.on('up');
    await harness.until('web', 'RUNNING');
    const readyMs = harness.clock.nowMs();
    await harness.until('web', 'STOPPING');
    // Initial delay of one interval, then three failures an interval apart.
    expect(harness.clock.nowMs() - readyMs).toBeGreaterThan(2500);
    await harness.until('web', 'RUNNING');
    const againMs = harness.clock.nowMs();
    await harness.until('web', 'STOPPING');
    expect(harness.clock.nowMs() - againMs).toBeGreaterThan(2500);
  });

  it('does not begin before the service is ready', async () => {
    const checks = [flags.probe('ready'), live('web')];
    await using harness = await harnessWith({ services: [service('web', { healthcheck: checks })] });
    await harness.advance(30_000);
    expect(spawns(harness, 'web')).toBe(1);
    expect(harness.state('web')).toBe('STARTING');
  });

  it('spends the restart budget', async () => {
    const restart = { policy: 'on-failure', max_attempts: 2, delay: 0.1, jitter: 0 };
    await using harness = await harnessWith({ services: [service('web', { healthcheck: live('web'), restart })] });
    await harness.until('web', 'FAILED');
    expect(spawns(harness, 'web')).toBe(3);
    expect(harness.events.filter(({ type }) => type === 'gave-up')).toHaveLength(1);
  });

  it("leaves a user's stop alone", async () => {
    await using harness = await harnessWith({ services: [service('web', { healthcheck: live('web') })] });
    await harness.advance(500);
    void harness.supervisor.submit('web', { action: 'stop', actor: 'user', reason: 'maintenance' });
    await harness.advance(60_000);
    expect(harness.state('web')).toBe('STOPPED');
    expect(spawns(harness, 'web')).toBe(1);
  });

  it('may stop the service instead', async () => {
    const check = live('web', { on_failure: 'stop' });
    await using harness = await harnessWith({ services: [service('web', { healthcheck: check, restart: 'always' })] });
    await harness.until('web', 'STOPPED');
    await harness.advance(60_000);
    expect(harness.state('web')).toBe('STOPPED');
  });

  it('may bring the supervisor down with exit code 1', async () => {
    const check = live('web', { on_failure: 'shutdown', name: 'disk' });
    const harness = await harnessWith({ services: [service('web', { healthcheck: check }), service('db')] });
    await harness.until('db', 'STOPPED');
    const exit = await harness.close();
    expect(exit).toMatchObject({
      exitCode: 1,
      reason: expect.stringMatching(/^web: liveness check "disk" failed 3\/3/),
    });
  });

  it('may do nothing but tell', async () => {
    const check = live('web', { on_failure: 'ignore' });
    await using harness = await harnessWith({ services: [service('web', { healthcheck: check })] });
    await harness.advance(30_000);
    expect(spawns(harness, 'web')).toBe(1);
    expect(healthEvents(harness).map(({ name }) => name)).toEqual(['check-down', 'unready']);
    expect(harness.logged.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});

describe('a startup check', () => {
  it('restarts a service that does not come up', async () => {
    const check = { ...flags.probe('up'), kind: 'startup', interval: 1 };
    await using harness = await harnessWith({ services: [service('web', { healthcheck: check })] });
    await harness.advance(6000);
    expect(spawns(harness, 'web')).toBeGreaterThan(1);
    expect(harness.journal('web')).toContainEqual(expect.stringContaining('startup check "startup-file" failed 3/3'));
  });

  it('is tried no more once it was up', async () => {
    flags.on('up');
    const check = { ...flags.probe('up'), kind: 'startup', interval: 1 };
    await using harness = await harnessWith({ services: [service('web', { healthcheck: check })] });
    await harness.until('web', 'RUNNING');
    flags.off('up');
    await harness.advance(30_000);
    expect(harness.state('web')).toBe('RUNNING');
    expect(harness.clock.pendingTimers).toBe(0);
  });
});

describe('a heartbeat', () => {
  const beating = (more: object = {}): ReturnType<typeof service> =>
    service('web', { notify_fd: 3, healthcheck: { heartbeat: '10s', name: 'pulse', ...more } });

  it('may come as a line on the notify descriptor', async () => {
    const beats = Array.from({ length: 10 }, (_, index) => ({
      afterMs: index * 5000,
      line: index === 0 ? '' : 'alive',
    }));
    await using harness = await harnessWith(
      { services: [beating()] },
      { programs: { web: [{ notifies: beats }, { notifies: [{ afterMs: 0 }] }] } },
    );
    await harness.advance(54_000);
    expect(spawns(harness, 'web')).toBe(1);
    await harness.advance(2000);
    expect(spawns(harness, 'web')).toBe(2);
    expect(harness.journal('web')).toContainEqual(expect.stringContaining('no heartbeat for 10 s'));
  });

  it('may come over the control API, for one check or all', async () => {
    await using harness = await harnessWith({
      services: [service('web', { healthcheck: { heartbeat: '10s', name: 'pulse' } })],
    });
    const { signal } = new AbortController();
    for (const params of [{ service: 'web' }, { service: 'web', check: 'pulse' }, { service: 'web' }]) {
      await harness.advance(9000);
      expect(await harness.supervisor.call('healthcheck', 'heartbeat', params, signal)).toEqual({
        accepted: ['pulse'],
      });
    }
    expect(spawns(harness, 'web')).toBe(1);
    await expect(harness.supervisor.call('healthcheck', 'heartbeat', { service: 'wbe' }, signal)).rejects.toThrow(
      'there is no service "wbe", did you mean "web"?',
    );
    await expect(
      harness.supervisor.call('healthcheck', 'heartbeat', { service: 'web', check: 'x' }, signal),
    ).rejects.toThrow('web has no heartbeat "x", it has pulse');
    await expect(harness.supervisor.call('healthcheck', 'heartbeat', {}, signal)).rejects.toThrow(
      'expected text for "service"',
    );
    await harness.advance(20_000);
    expect(spawns(harness, 'web')).toBeGreaterThan(1);
  });

  it('may be named in the line', async () => {
    const checks = [
      { heartbeat: '10s', name: 'one', on_failure: 'ignore' },
      { heartbeat: '10s', name: 'two', on_failure: 'ignore' },
    ];
    await using harness = await harnessWith({ services: [service('web', { notify_fd: 3, healthcheck: checks })] });
    harness.processes.notify('web');
    await harness.advance(6000);
    harness.processes.notify('web', 'heartbeat two');
    await harness.advance(6000);
    expect(harness.supervisor.serviceStatus('web')?.plugins['healthcheck']).toMatchObject({
      checks: [
        { name: 'one', status: 'down' },
        { name: 'two', status: 'up' },
      ],
    });
  });
});

describe('a check of the supervisor', () => {
  it('acts on each service it names, copies among them', async () => {
    flags.on('disk');
    const check = { ...flags.probe('disk'), kind: 'liveness', interval: 1, services: ['web', 'worker'] };
    await using harness = await harnessWith({
      plugins: { healthcheck: { checks: [check] } },
      services: [service('web'), service('worker', { instances: 2 }), service('db')],
    });
    await harness.advance(5000);
    flags.off('disk');
    await harness.advance(3500);
    flags.on('disk');
    await harness.advance(3000);
    expect(['web', 'worker@1', 'worker@2', 'db'].map((name) => spawns(harness, name))).toEqual([2, 2, 2, 1]);
  });
});
