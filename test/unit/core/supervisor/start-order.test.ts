import { describe, expect, it } from 'vitest';
import { stage } from './stage.ts';

describe('start order', () => {
  it('starts independent services at once and dependents only when their dependency is ready', async () => {
    const { processes, state, clock } = await stage([
      { name: 'web', command: 'web', depends_on: ['cache', 'db'] },
      { name: 'cache', command: 'cache', start_seconds: 2 },
      { name: 'db', command: 'db' },
    ]);
    expect(processes.actionsOf('cache')).toHaveLength(1);
    expect(processes.actionsOf('db')).toHaveLength(1);
    expect(state('web')).toBe('PENDING');
    await clock.advance(1999);
    expect(processes.actionsOf('web')).toEqual([]);
    await clock.advance(1);
    expect(state('web')).toBe('RUNNING');
  });

  it('counts wait_after from the moment each dependency was satisfied', async () => {
    const { processes, clock, notes } = await stage(
      [
        { name: 'redis', command: 'redis' },
        { name: 'db-migration', command: 'migrate', type: 'oneshot' },
        {
          name: 'web',
          command: 'web',
          depends_on: ['redis', 'db-migration'],
          wait_after: { redis: 2, 'db-migration': 1 },
        },
      ],
      { programs: { 'db-migration': { exitAfterMs: 3000, exitCode: 0 } } },
    );
    await clock.advance(3999);
    expect(processes.actionsOf('web')).toEqual([]);
    await clock.advance(1);
    expect(processes.actionsOf('web')[0]).toMatch(/^4000 spawn/);
    expect(notes()).toContain('Waiting 2s after redis startup');
    expect(notes()).toContain('Waiting 1s after db-migration completion');
  });

  it('waits for a dependency that is restarting, and tells what it waits for', async () => {
    const { clock, state, supervisor } = await stage(
      [
        { name: 'db', command: 'db', restart: { policy: 'on-failure', delay: '5s', jitter: 0 }, start_seconds: 1 },
        { name: 'api', command: 'api', depends_on: { db: 'ready' } },
      ],
      { programs: { db: [{ exitAfterMs: 500, exitCode: 1 }, {}] } },
    );
    await clock.advance(600);
    expect(state('db')).toBe('BACKOFF');
    expect(supervisor.why('api')?.waitingFor.join()).toMatch(/db/);
    await clock.advance(6000);
    expect(state('api')).toBe('RUNNING');
  });

  it('fails a dependent whose strict dependency failed, naming it', async () => {
    const { clock, state, supervisor } = await stage(
      [
        { name: 'db-migration', command: 'migrate', type: 'oneshot' },
        { name: 'api', command: 'api', depends_on: { 'db-migration': 'succeeded' } },
      ],
      { programs: { 'db-migration': { exitAfterMs: 10, exitCode: 3 } } },
    );
    await clock.advance(20);
    expect(state('api')).toBe('FAILED');
    expect(supervisor.serviceStatus('api')?.reason).toMatch(/db-migration/);
  });

  it('gives a dependent up when its dependency is not satisfied within the limit', async () => {
    const { clock, state, supervisor } = await stage([
      { name: 'db', command: 'db', ready_log: 'ready', start_timeout: 0 },
      { name: 'api', command: 'api', depends_on: 'db' },
    ]);
    await clock.advance(300_000);
    expect(state('api')).toBe('FAILED');
    expect(supervisor.serviceStatus('api')?.reason).toMatch(/after 300s it still waits for .*db/);
  });

  it('starts only what was asked for and what that depends on', async () => {
    const { state } = await stage(
      [
        { name: 'db', command: 'db' },
        { name: 'api', command: 'api', depends_on: 'db' },
        { name: 'mail', command: 'mail' },
      ],
      { only: ['api'] },
    );
    expect([state('db'), state('api'), state('mail')]).toEqual(['RUNNING', 'RUNNING', 'STOPPED']);
  });

  it('says "started" once, with the services that did not come up', async () => {
    const { events, clock } = await stage(
      [
        { name: 'a', command: 'a' },
        { name: 'b', command: 'b', start_seconds: 1 },
      ],
      { programs: { b: { exitAfterMs: 100, exitCode: 1 } } },
    );
    await clock.advance(1000);
    expect(events.filter(({ type }) => type === 'started')).toMatchObject([{ services: 2, failed: ['b'] }]);
  });
});
