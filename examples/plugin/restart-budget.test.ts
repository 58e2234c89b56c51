// oxlint-disable typescript/no-floating-promises -- node:test awaits its suites itself
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describePlugin, pluginHarness } from '@tappet/core/testing';
import restartBudget from './restart-budget.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

/** A program that crashes after three seconds, each time. */
const crashing = { exitAfterMs: 3 * SECOND_MS, exitCode: 1 };
const web = {
  name: 'web',
  command: '/bin/web',
  restart: { policy: 'always', max_attempts: 0, delay: 0 },
  'restart-budget': { perHour: 2 },
};

describe('restart budget', () => {
  it('lets a service be restarted as often as it may within an hour, then no more', async () => {
    await using harness = await pluginHarness(restartBudget, {
      config: { services: [web] },
      programs: { web: crashing },
    });

    await harness.until('web', 'FAILED');

    assert.equal(harness.clock.nowMs(), 9 * SECOND_MS);
    assert.deepEqual(
      harness.processes.actionsOf('web').filter((action) => action.includes('spawn')),
      ['0 spawn /bin/web', '3000 spawn /bin/web', '6000 spawn /bin/web'],
    );
    assert.match(harness.journal('web').at(-1) ?? '', /restart budget of 2 an hour spent/);
  });

  it('forgets restarts after an hour', async () => {
    await using harness = await pluginHarness(restartBudget, {
      config: { services: [web] },
      programs: { web: [crashing, crashing, { exitAfterMs: HOUR_MS, exitCode: 1 }, {}] },
    });

    await harness.advance(HOUR_MS + 10 * SECOND_MS);

    assert.equal(harness.state('web'), 'RUNNING');
    assert.deepEqual(harness.supervisor.serviceStatus('web')?.plugins, { 'restart-budget': { restartsLastHour: 1 } });
  });

  it('remembers over a reload what was spent, and takes the new limit', async () => {
    await using harness = await pluginHarness(restartBudget, { config: { services: [web] } });
    harness.processes.exit('web', { code: 1 });
    await harness.advance(SECOND_MS);

    await harness.reload({ services: [{ ...web, 'restart-budget': { perHour: 1 } }] });
    harness.processes.exit('web', { code: 1 });

    await harness.until('web', 'FAILED');
  });
});

describePlugin(restartBudget, { describe, it, config: { plugins: { 'restart-budget': { perHour: 5 } } } });
