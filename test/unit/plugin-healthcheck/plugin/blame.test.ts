import type { PluginHarness } from '@tappet/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { harnessWith, healthEvents, service, spawns, type Switches, switches } from './bench.ts';

let flags: Switches;
beforeEach(() => {
  flags = switches();
  flags.on('db', 'api', 'web');
});
afterEach(() => flags.dispose());

function live(name: string, more: object = {}): object {
  return { ...flags.probe(name), kind: 'liveness', interval: 1, ...more };
}

function blames(harness: PluginHarness): readonly Readonly<Record<string, unknown>>[] {
  return healthEvents(harness).flatMap(({ name, data }) => (name === 'blame' ? [data] : []));
}

describe('a failing check of a service whose dependency is down', () => {
  it('is put down to the dependency: the restart is held, and one event names the root and everybody affected', async () => {
    await using harness = await harnessWith({
      services: [
        service('db'),
        service('api', { depends_on: ['db'], healthcheck: live('api') }),
        service('worker', { depends_on: ['db'], healthcheck: live('api') }),
        service('web', { depends_on: ['api'], healthcheck: live('web') }),
      ],
    });
    await harness.advance(5000);
    harness.processes.exit('db', { code: 1 });
    flags.off('api', 'web');
    await harness.advance(60_000);
    expect(harness.state('db')).toBe('FAILED');
    expect(['api', 'worker', 'web'].map((name) => spawns(harness, name))).toEqual([1, 1, 1]);
    expect(blames(harness)).toEqual([
      { root: 'db', affected: ['api', 'web', 'worker'], held: 'restart', reason: 'db is FAILED' },
    ]);
    expect(harness.supervisor.serviceStatus('web')?.plugins['healthcheck']).toMatchObject({ blamedOn: ['db'] });
    expect(harness.logged.filter(({ message }) => message.includes('because db'))).toHaveLength(1);
  });

  it('counts from zero once the dependency is well again', async () => {
    await using harness = await harnessWith({
      services: [service('db'), service('api', { depends_on: ['db'], healthcheck: live('api') })],
    });
    await harness.advance(5000);
    harness.processes.exit('db', { code: 1 });
    flags.off('api');
    await harness.advance(20_000);
    void harness.supervisor.submit('db', { action: 'start', actor: 'user', reason: 'repaired' });
    await harness.until('db', 'RUNNING');
    expect(healthEvents(harness).at(-1)).toMatchObject({ name: 'blame-over', data: { root: 'db', affected: ['api'] } });
    // The time that it takes to recover is its own: an initial delay and three failures.
    await harness.advance(2000);
    expect(spawns(harness, 'api')).toBe(1);
    await harness.advance(5000);
    expect(spawns(harness, 'api')).toBeGreaterThan(1);
  });

  it('is not restarted at all when it recovers with the dependency', async () => {
    await using harness = await harnessWith({
      services: [service('db'), service('api', { depends_on: ['db'], healthcheck: live('api') })],
    });
    await harness.advance(5000);
    harness.processes.exit('db', { code: 1 });
    flags.off('api');
    await harness.advance(20_000);
    flags.on('api');
    void harness.supervisor.submit('db', { action: 'start', actor: 'user', reason: 'repaired' });
    await harness.advance(60_000);
    expect(spawns(harness, 'api')).toBe(1);
  });

  it('asks the dependency first: it may have failed a moment ago', async () => {
    await using harness = await harnessWith({
      services: [
        service('db', { healthcheck: { ...flags.probe('db'), interval: '1h', timeout: 1 } }),
        service('api', { depends_on: ['db'], healthcheck: live('api', { failure_threshold: 1 }) }),
      ],
    });
    await harness.advance(5000);
    flags.off('db', 'api');
    await harness.advance(5000);
    expect(spawns(harness, 'api')).toBe(1);
    expect(blames(harness)).toMatchObject([{ root: 'db', affected: ['api'], reason: 'db is failing its checks' }]);
  });

  it('is told for readiness too, where nothing is held', async () => {
    const check = { ...flags.probe('api'), interval: 1 };
    await using harness = await harnessWith({
      services: [service('db'), service('api', { depends_on: ['db'], healthcheck: check })],
    });
    await harness.until('api', 'RUNNING');
    harness.processes.exit('db', { code: 1 });
    flags.off('api');
    await harness.advance(20_000);
    expect(blames(harness)).toMatchObject([{ root: 'db', affected: ['api'], held: null }]);
  });

  it('is restarted all the same with blame = false', async () => {
    await using harness = await harnessWith({
      services: [service('db'), service('api', { depends_on: ['db'], healthcheck: live('api', { blame: false }) })],
    });
    await harness.advance(5000);
    harness.processes.exit('db', { code: 1 });
    flags.off('api');
    await harness.advance(5000);
    expect(blames(harness)).toEqual([]);
    expect(harness.journal('api')).toContainEqual(expect.stringContaining('failed 3/3'));
  });
});

describe('a failing check of a service whose dependencies are well', () => {
  it('is its own fault', async () => {
    await using harness = await harnessWith(
      {
        services: [
          service('migration', { type: 'oneshot' }),
          service('off', { enabled: false }),
          service('db', { healthcheck: live('db') }),
          service('api', { depends_on: ['migration', 'off', 'db'], healthcheck: live('api') }),
        ],
      },
      { programs: { migration: { exitAfterMs: 100 } } },
    );
    await harness.until('api', 'RUNNING');
    await harness.advance(5000);
    flags.off('api');
    await harness.advance(4000);
    expect(spawns(harness, 'api')).toBe(2);
    expect(spawns(harness, 'db')).toBe(1);
    expect(blames(harness)).toEqual([]);
  });
});
