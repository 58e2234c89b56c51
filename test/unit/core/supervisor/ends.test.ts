import { describe, expect, it } from 'vitest';
import { byUser, stage } from './stage.ts';

describe('ends that nobody asked for', () => {
  it('marks exit 1 as FAILED and leaves it there under the policy "never"', async () => {
    const { clock, path, supervisor } = await stage([{ name: 'api', command: 'api' }], {
      programs: { api: { exitAfterMs: 5000, exitCode: 1 } },
    });
    await clock.advance(5000);
    expect(path('api')).toEqual(['PENDING', 'STARTING', 'RUNNING', 'FAILED']);
    expect(supervisor.serviceStatus('api')).toMatchObject({
      failures: 1,
      restarts: 0,
      failureRate: 1,
      lastExit: { code: 1, failure: true },
    });
  });

  it('marks a SIGKILL from outside as STOPPED and unexpected', async () => {
    const { clock, processes, supervisor } = await stage([{ name: 'api', command: 'api' }]);
    processes.exit('api', { signal: 'SIGKILL' });
    await clock.settle();
    expect(supervisor.serviceStatus('api')).toMatchObject({ state: 'STOPPED', unexpected: true });
  });

  it('restarts with growing pauses, forgets failures after a stable time, and gives up once the budget is spent', async () => {
    const crash = { exitAfterMs: 100, exitCode: 1 };
    const { clock, events, processes, state } = await stage(
      [
        {
          name: 'api',
          command: 'api',
          restart: { policy: 'on-failure', delay: '1s', factor: 2, jitter: 0, max_attempts: 2, reset_after: '10s' },
        },
      ],
      { programs: { api: [crash, { exitAfterMs: 11_000, exitCode: 1 }, crash, crash, crash] } },
    );
    await clock.advance(60_000);
    const spawns = processes
      .actionsOf('api')
      .filter((line) => line.includes('spawn'))
      .map((line) => Number.parseInt(line, 10));
    // 100 + 1000; stable for 11 s, so the count starts again: + 1000, + 2000, then the third failure in a row is final.
    expect(spawns).toEqual([0, 1100, 13_100, 15_200]);
    expect(events.filter(({ type }) => type === 'gave-up')).toHaveLength(1);
    expect(state('api')).toBe('FAILED');
  });

  it('brings an ordered shutdown with exit code 1 when a required service has failed for good', async () => {
    const { clock, processes, supervisor, notes } = await stage(
      [
        { name: 'database', command: 'db', required: true },
        { name: 'api', command: 'api', depends_on: 'database' },
        { name: 'redis', command: 'redis' },
      ],
      { programs: { database: { exitAfterMs: 1000, exitCode: 1 } } },
    );
    await clock.advance(1000);
    const exit = await supervisor.ended;
    expect(exit).toMatchObject({ exitCode: 1, reason: 'required service database has failed' });
    expect(notes().slice(-4)).toContain("CRITICAL: Required service 'database' has failed");
    expect(processes.actionsOf('api').join()).toMatch(/SIGTERM/);
    expect(processes.actionsOf('redis').join()).toMatch(/SIGTERM/);
    await expect(supervisor.wait()).rejects.toThrow(/database/);
  });

  it('keeps the others up when a service fails that is not required', async () => {
    const { clock, state } = await stage(
      [
        { name: 'redis', command: 'redis' },
        { name: 'api', command: 'api', required: true, depends_on: 'redis' },
      ],
      { programs: { redis: { exitAfterMs: 1000, exitCode: 1 } } },
    );
    await clock.advance(2000);
    expect([state('redis'), state('api')]).toEqual(['FAILED', 'RUNNING']);
  });

  it('does not restart a service that a user stopped while it was in BACKOFF', async () => {
    const { clock, processes, supervisor, state } = await stage(
      [{ name: 'api', command: 'api', restart: { policy: 'always', delay: '5s', jitter: 0 } }],
      { programs: { api: { exitAfterMs: 100, exitCode: 1 } } },
    );
    await clock.advance(200);
    expect(state('api')).toBe('BACKOFF');
    await supervisor.submit('api', byUser('stop'));
    await clock.advance(60_000);
    expect(processes.actionsOf('api').filter((line) => line.includes('spawn'))).toHaveLength(1);
    expect(state('api')).toBe('STOPPED');
  });
});
