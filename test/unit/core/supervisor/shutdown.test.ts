import { describe, expect, it } from 'vitest';
import { stage } from './stage.ts';

describe('shutdown', () => {
  it('stops dependents before what they depend on, the rest in parallel', async () => {
    const slow = { onSignal: { SIGTERM: { afterMs: 1000, code: 0 } } } as const;
    const { clock, processes, supervisor } = await stage(
      [
        { name: 'db', command: 'db' },
        { name: 'api', command: 'api', depends_on: 'db' },
        { name: 'web', command: 'web', depends_on: 'api' },
        { name: 'mail', command: 'mail' },
      ],
      { programs: { db: slow, api: slow, web: slow, mail: slow } },
    );
    supervisor.requestStop('test');
    await clock.advance(3000);
    expect(await supervisor.ended).toMatchObject({ exitCode: 0, errors: [] });
    const terms = processes.actions
      .filter(({ detail }) => detail === 'SIGTERM')
      .map(({ atMs, service }) => `${atMs} ${service}`);
    expect(terms.sort()).toEqual(['0 mail', '0 web', '1000 api', '2000 db']);
  });

  it('refuses everything else while it goes down, and says what blocks it', async () => {
    const { clock, supervisor } = await stage([{ name: 'db', command: 'db' }], {
      programs: { db: { onSignal: { SIGTERM: 'ignore' } } },
    });
    supervisor.requestStop('test');
    await clock.settle();
    expect(await supervisor.submit('db', { action: 'start', actor: 'user', reason: 'x' })).toMatchObject({
      outcome: 'refused',
    });
    expect(supervisor.why('db')?.blocksShutdown).toEqual(['db is STOPPING, waiting for its process to end']);
    await clock.advance(10_000);
    expect((await supervisor.ended).exitCode).toBe(0);
  });

  it('shortens the wait to a second when it is hurried', async () => {
    const { clock, supervisor, processes } = await stage([{ name: 'db', command: 'db' }], {
      programs: { db: { onSignal: { SIGTERM: 'ignore' } } },
    });
    supervisor.requestStop('test');
    await clock.advance(500);
    supervisor.hurry();
    await clock.advance(1000);
    await supervisor.ended;
    expect(processes.actionsOf('db')).toContain('1500 signal SIGKILL');
  });

  it('ends within the limit on the whole shutdown, whatever the chain of timeouts', async () => {
    const deaf = { onSignal: { SIGTERM: 'ignore' } } as const;
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { clock, supervisor, processes } = await stage(
      names.map((name, index) => ({ name, command: name, ...(index > 0 ? { depends_on: names[index - 1] } : {}) })),
      { programs: Object.fromEntries(names.map((name) => [name, deaf])) },
    );
    supervisor.requestStop('test');
    await clock.until(() => supervisor.status().phase === 'stopped', { withinMs: 36_000 });
    expect(names.map((name) => processes.pidOf(name))).toEqual(names.map(() => undefined));
  });

  it('takes back starts that wait and never starts them later', async () => {
    const { clock, supervisor, processes } = await stage([
      { name: 'db', command: 'db', ready_log: 'up' },
      { name: 'web', command: 'web', depends_on: 'db' },
    ]);
    supervisor.requestStop('test');
    await clock.advance(1000);
    await supervisor.ended;
    expect(processes.actionsOf('web')).toEqual([]);
  });
});
