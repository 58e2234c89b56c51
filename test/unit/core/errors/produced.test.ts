import { createSupervisor, StopTimeoutError, TappetError } from '@tappet/core';
import { fakeProcesses, virtualClock } from '@tappet/core/testing';
import { describe, expect, it } from 'vitest';
import { stage } from '../supervisor/stage.ts';

/** The codes of everything that went wrong in a supervisor. */
function codes(errors: readonly Error[]): readonly (string | undefined)[] {
  return errors.map((error) => (error instanceof TappetError ? error.code : undefined));
}

describe('errors of a supervisor', () => {
  it('ERR_REQUIRED_FAILED: a required service exits with a failure', async () => {
    const { clock, supervisor } = await stage([{ name: 'db', command: 'db', required: true }], {
      programs: { db: { exitAfterMs: 10, exitCode: 1 } },
    });
    await clock.advance(10);
    expect(codes((await supervisor.ended).errors)).toEqual(['ERR_REQUIRED_FAILED']);
  });

  it('ERR_SCRIPT_FAILED: its pre_script fails', async () => {
    const { clock, supervisor } = await stage([{ name: 'db', command: 'db', required: true, pre_script: 'false' }], {
      scripts: { db: { code: 1 } },
    });
    await clock.advance(0);
    expect(codes((await supervisor.ended).errors)).toEqual(['ERR_SCRIPT_FAILED']);
  });

  it('ERR_RELOAD_FAILED: the project would get another name', async () => {
    const clock = virtualClock();
    let project = 'one';
    const supervisor = createSupervisor({
      source: {
        load: async () => ({
          raw: { project, services: [] },
          file: undefined,
          directory: '/',
          locate: (issues) => issues,
        }),
      },
      clock,
      processes: fakeProcesses({ clock }),
      environment: {},
    });
    await supervisor.start();
    project = 'two';
    await expect(supervisor.reload()).rejects.toMatchObject({ code: 'ERR_RELOAD_FAILED' });
    supervisor.requestStop('done');
    await supervisor.ended;
  });

  it('ERR_SHUTTING_DOWN: a reload comes while it goes down', async () => {
    const { clock, supervisor } = await stage([{ name: 'db', command: 'db' }], {
      programs: { db: { onSignal: { SIGTERM: { afterMs: 100, code: 0 } } } },
    });
    supervisor.requestStop('test');
    await expect(supervisor.reload()).rejects.toMatchObject({ code: 'ERR_SHUTTING_DOWN' });
    await clock.advance(100);
    await supervisor.ended;
  });

  it('ERR_START_TIMEOUT and ERR_STOP_TIMEOUT: a component is never ready, another one does not stop', async () => {
    const clock = virtualClock();
    const supervisor = createSupervisor({ clock, processes: fakeProcesses({ clock }), environment: {} });
    await supervisor.launch(
      'stuck',
      { start: () => {}, stop: () => new Promise(() => {}) },
      { timeouts: { stopMs: 10 } },
    );
    await supervisor.launch('never', { start: () => {}, stop: () => {} }, { checkReady: () => false, maxAttempts: 1 });
    await clock.advance(1000);
    const { errors } = await supervisor.ended;
    expect(codes(errors)).toEqual(['ERR_START_TIMEOUT', 'ERR_STOP_TIMEOUT']);
    expect(errors[1]).toBeInstanceOf(StopTimeoutError);
  });
});
