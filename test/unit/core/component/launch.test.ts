import { createSupervisor, exponentialBackoff, type Supervisor } from '@tappet/core';
import { fakeProcesses, virtualClock, type VirtualClock } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';

function make(): { clock: VirtualClock; supervisor: Supervisor; said: string[] } {
  const clock = virtualClock();
  const supervisor = createSupervisor({ clock, processes: fakeProcesses({ clock }), environment: {} });
  return { clock, supervisor, said: [] };
}

/** A component that runs until it is shut down. */
function blocking(name: string, said: string[]): { run(): Promise<void>; shutdown(): void } {
  const over = Promise.withResolvers<void>();
  return {
    run: () => {
      said.push(`run ${name}`);
      return over.promise;
    },
    shutdown: () => {
      said.push(`shutdown ${name}`);
      over.resolve();
    },
  };
}

describe('launch', () => {
  it('starts components in order and stops them in reverse order', async () => {
    const { supervisor, said } = make();
    await supervisor.launch('http:mgmt', blocking('http:mgmt', said));
    await supervisor.launch('kafka', {
      start: () => void said.push('start kafka'),
      stop: () => void said.push('stop kafka'),
    });
    await supervisor.launch('http:client', blocking('http:client', said));
    supervisor.requestStop('test');
    supervisor.requestStop('again');
    expect(await supervisor.wait()).toMatchObject({ exitCode: 0, reason: 'test' });
    expect(said).toEqual([
      'run http:mgmt',
      'start kafka',
      'run http:client',
      'shutdown http:client',
      'stop kafka',
      'shutdown http:mgmt',
    ]);
  });

  it('does not go on before checkReady says so, with pauses that grow between the attempts', async () => {
    const { clock, supervisor } = make();
    const asked: number[] = [];
    const launched = supervisor.launch(
      'kafka',
      { start: () => {}, stop: () => {} },
      {
        checkReady: () => {
          asked.push(clock.nowMs());
          return asked.length === 4;
        },
        backoff: exponentialBackoff({ minMs: 100, maxMs: 300 }),
      },
    );
    await clock.advance(1000);
    await launched;
    expect(asked).toEqual([0, 100, 300, 600]);
    expect(supervisor.service('kafka')?.state).toBe('RUNNING');
    supervisor.requestStop('done');
    await supervisor.wait();
  });

  it('fails the start after the last attempt, and the first error comes out of wait', async () => {
    const { clock, supervisor, said } = make();
    await supervisor.launch('base', blocking('base', said));
    const launched = supervisor.launch(
      'kafka',
      { start: () => {}, stop: () => {} },
      { checkReady: () => false, maxAttempts: 3 },
    );
    await clock.advance(1);
    await launched;
    await expect(supervisor.wait()).rejects.toThrow('kafka was not ready after 3 attempts');
    expect(said.at(-1)).toBe('shutdown base');
  });

  it('brings the shutdown on when a component returns, without an error', async () => {
    const { supervisor, said } = make();
    await supervisor.launch('base', blocking('base', said));
    const end = Promise.withResolvers<void>();
    await supervisor.launch('worker', { run: () => end.promise, shutdown: () => {} });
    end.resolve();
    expect(await supervisor.wait()).toMatchObject({ exitCode: 0, reason: 'component worker has ended', errors: [] });
    expect(said.at(-1)).toBe('shutdown base');
  });

  it('brings the shutdown on when a component throws, with its own error and exit code 1', async () => {
    const { supervisor } = make();
    const boom = new Error('boom');
    const end = Promise.withResolvers<void>();
    await supervisor.launch('worker', { run: () => end.promise, shutdown: () => {} });
    end.reject(boom);
    await expect(supervisor.wait()).rejects.toBe(boom);
    expect(await supervisor.ended).toMatchObject({ exitCode: 1, errors: [boom] });
  });

  it('abandons a call that outlives its timeout, records it, and still stops the others', async () => {
    const { clock, supervisor, said } = make();
    await supervisor.launch('base', blocking('base', said));
    await supervisor.launch(
      'stuck',
      { start: () => {}, stop: () => new Promise(() => {}) },
      { timeouts: { stopMs: 1000 } },
    );
    supervisor.requestStop('test');
    await clock.advance(1099);
    expect(said).not.toContain('shutdown base');
    await clock.advance(1);
    const exit = await supervisor.ended;
    expect(exit.errors.map(({ message }) => message)).toEqual(['stop of stuck did not return within 1000 ms']);
    expect(said).toContain('shutdown base');
  });

  it('cancels the signal of a run that does not return, and abandons it', async () => {
    const { clock, supervisor } = make();
    let reason: unknown;
    await supervisor.launch(
      'stuck',
      {
        run: (signal) => new Promise(() => signal.addEventListener('abort', () => (reason = signal.reason))),
        shutdown: () => {},
      },
      { timeouts: { completionMs: 500 } },
    );
    supervisor.requestStop('test');
    await clock.advance(600);
    const exit = await supervisor.ended;
    expect(reason).toBeInstanceOf(Error);
    expect(exit.errors[0]?.message).toBe('run of stuck did not return within 500 ms');
  });

  it('has no limits unless asked for', async () => {
    const { clock, supervisor } = make();
    const slow = Promise.withResolvers<void>();
    await supervisor.launch('slow', { start: () => {}, stop: () => slow.promise });
    supervisor.requestStop('test');
    await clock.advance(24 * 3600 * 1000);
    expect(supervisor.status().phase).toBe('stopping');
    slow.resolve();
    await supervisor.wait();
  });

  it('goes down when the signal of the program aborts, and lets nobody wait longer than they want', async () => {
    const clock = virtualClock();
    const program = new AbortController();
    const supervisor = createSupervisor({
      clock,
      processes: fakeProcesses({ clock }),
      environment: {},
      signal: program.signal,
    });
    const said: string[] = [];
    const impatient = new AbortController();
    const launched = supervisor.launch('a', blocking('a', said), { checkReady: () => false, signal: impatient.signal });
    await clock.settle();
    impatient.abort(new Error('too long'));
    await expect(launched).rejects.toThrow('too long');
    await expect(supervisor.wait({ signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now');
    program.abort(new Error('the program ends'));
    await clock.advance(1);
    expect(await supervisor.ended).toMatchObject({ reason: 'the program ends', exitCode: 0 });
    expect(said).toEqual(['run a', 'shutdown a']);
  });

  it('does nothing once the shutdown began', async () => {
    const { supervisor, said } = make();
    await supervisor.launch('a', blocking('a', said));
    supervisor.requestStop('test');
    await supervisor.launch('b', blocking('b', said));
    await supervisor.wait();
    expect(said).toEqual(['run a', 'shutdown a']);
  });

  it('reports a component of both kinds with both halves, and one of none', async () => {
    const { supervisor } = make();
    const both = { run: () => {}, shutdown: () => {}, start: () => {}, stop: () => {} };
    await expect(supervisor.launch('both', both)).rejects.toThrow(
      /"run" and "shutdown" of one kind and "start" and "stop" of the other/,
    );
    // @ts-expect-error -- what a JavaScript caller may do
    await expect(supervisor.launch('half', { run: () => {} })).rejects.toThrow(/only "run"/);
  });

  it('lets processes and components depend on each other', async () => {
    const clock = virtualClock();
    const processes = fakeProcesses({ clock });
    const supervisor = createSupervisor({
      services: [{ name: 'db', command: 'db' }],
      clock,
      processes,
      environment: {},
    });
    const said: string[] = [];
    await supervisor.launch('api', blocking('api', said), { dependsOn: ['db'] });
    expect(processes.pidOf('db')).toBeDefined();
    supervisor.requestStop('test');
    await clock.advance(0);
    await supervisor.wait();
    expect(processes.actionsOf('db').some((line) => line.includes('SIGTERM'))).toBe(true);
    expect(said).toEqual(['run api', 'shutdown api']);
  });
});
