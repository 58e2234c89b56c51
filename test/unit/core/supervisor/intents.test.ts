import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byUser, stage } from './stage.ts';

const probe = { action: 'restart', actor: 'probe', reason: 'probe web failed 3/3' } as const;

describe('intents', () => {
  it('lets a user stop hold against every automatic actor until a user start', async () => {
    const { ask, state } = await stage([{ name: 'web', command: 'web' }]);
    await ask('web', byUser('stop'));
    for (const actor of ['probe', 'rule', 'schedule', 'dependency', 'restart-policy'] as const) {
      expect(await ask('web', { action: 'start', actor, reason: 'x' })).toMatchObject({ outcome: 'refused' });
    }
    expect(state('web')).toBe('STOPPED');
    await ask('web', byUser('start'));
    expect(state('web')).toBe('RUNNING');
  });

  it('holds even a service that was down already when the user stopped it', async () => {
    const { clock, supervisor, state } = await stage([{ name: 'web', command: 'web' }], {
      programs: { web: [{ exitAfterMs: 10, exitCode: 1 }, {}] },
    });
    await clock.advance(20);
    expect(await supervisor.submit('web', byUser('stop'))).toMatchObject({ outcome: 'unchanged' });
    expect(await supervisor.submit('web', probe)).toMatchObject({ outcome: 'refused' });
    expect(state('web')).toBe('FAILED');
  });

  it('restarts for a probe at once the first time, then with pauses, and gives up when the shared budget is spent', async () => {
    const { ask, clock, supervisor, processes, state, events } = await stage([
      { name: 'web', command: 'web', restart: { policy: 'on-failure', delay: '1s', jitter: 0, max_attempts: 2 } },
    ]);
    await ask('web', probe);
    expect(state('web')).toBe('RUNNING');
    const second = supervisor.submit('web', probe);
    await clock.advance(500);
    expect(state('web')).toBe('BACKOFF');
    await clock.advance(500);
    await second;
    expect(state('web')).toBe('RUNNING');
    expect(await ask('web', probe)).toMatchObject({ outcome: 'failed' });
    expect(state('web')).toBe('FAILED');
    expect(events.filter(({ type }) => type === 'gave-up')).toHaveLength(1);
    expect(processes.actionsOf('web').filter((line) => line.includes('spawn'))).toHaveLength(3);
    expect(supervisor.why('web')?.journal.at(-1)?.cause).toMatch(/probe web failed 3\/3/);
  });

  it('sends SIGKILL to a service that is deaf to SIGTERM once its time is over', async () => {
    const { clock, supervisor, processes } = await stage([{ name: 'web', command: 'web', stop_timeout: 2 }], {
      programs: { web: { onSignal: { SIGTERM: 'ignore' } } },
    });
    const stopped = supervisor.submit('web', byUser('stop'));
    await clock.advance(2000);
    await stopped;
    expect(processes.actionsOf('web').filter((line) => line.includes('signal'))).toEqual([
      '0 signal SIGTERM',
      '0 signal SIGCONT',
      '2000 signal SIGKILL',
    ]);
  });

  it('keeps a start that comes while it is stopping', async () => {
    const { clock, supervisor, state } = await stage([{ name: 'web', command: 'web' }], {
      programs: { web: { onSignal: { SIGTERM: { afterMs: 500, code: 0 } } } },
    });
    const stop = supervisor.submit('web', byUser('stop'));
    const start = supervisor.submit('web', byUser('start'));
    await clock.advance(500);
    expect(await stop).toMatchObject({ outcome: 'superseded' });
    expect(await start).toMatchObject({ outcome: 'done' });
    expect(state('web')).toBe('RUNNING');
  });

  it('takes back a start that is still waiting', async () => {
    const { supervisor, processes, state } = await stage([
      { name: 'db', command: 'db', ready_log: 'up' },
      { name: 'web', command: 'web', depends_on: 'db' },
    ]);
    expect(state('web')).toBe('PENDING');
    await supervisor.submit('web', byUser('stop'));
    expect(state('web')).toBe('STOPPED');
    expect(processes.actionsOf('web')).toEqual([]);
  });

  it('keeps a restart that a user asked for while the crash of the process was being dealt with', async () => {
    const { clock, supervisor, processes, state } = await stage([{ name: 'web', command: 'web' }], {
      programs: { web: [{ sweepMs: 100 }, {}] },
    });
    processes.exit('web', { code: 1 });
    await clock.advance(50);
    const restart = supervisor.submit('web', byUser('restart'));
    await clock.advance(100);
    expect(await restart).toMatchObject({ outcome: 'done' });
    expect(state('web')).toBe('RUNNING');
  });

  it('never runs two processes of one service, whatever is asked for in whatever order', async () => {
    const action = fc.constantFrom('start', 'stop', 'restart');
    const actor = fc.constantFrom('user', 'probe', 'rule', 'dependency', 'reload');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('intent' as const), action, actor }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 1500 }) }),
      fc.record({ kind: fc.constant('crash' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { clock, supervisor, processes, state } = await stage(
          [{ name: 'web', command: 'web', restart: { policy: 'on-failure', delay: '300ms' } }],
          { programs: { web: { onSignal: { SIGTERM: { afterMs: 200, code: 0 } } } } },
        );
        for (const taken of steps) {
          if (taken.kind === 'wait') await clock.advance(taken.ms);
          else if (taken.kind === 'crash') {
            if (processes.pidOf('web') !== undefined) processes.exit('web', { code: 1 });
          } else void supervisor.submit('web', { action: taken.action, actor: taken.actor, reason: 'x' });
          await clock.settle();
        }
        await clock.advance(60_000);
        let alive = 0;
        for (const { what } of processes.actions) {
          if (what === 'spawn') alive += 1;
          if (what === 'exit') alive -= 1;
          expect(alive).toBeLessThanOrEqual(1);
        }
        expect(['RUNNING', 'STOPPED', 'FAILED']).toContain(state('web'));
        expect(processes.pidOf('web') !== undefined).toBe(state('web') === 'RUNNING');
      }),
      { numRuns: 60 },
    );
  });
});
