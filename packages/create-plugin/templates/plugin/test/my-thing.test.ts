import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type PluginHarness, pluginHarness } from '@tappet/core/testing';
import plugin from '../src/index.ts';

const HOUR_MS = 3_600_000;

/** A supervisor on virtual time whose service fails every 10 s, until the test is over. No process is started. */
async function start(test: TestContext, limits: { ofAll?: number; ofWeb?: number } = {}): Promise<PluginHarness> {
  const limit = (failures?: number) => (failures === undefined ? {} : { failures_per_hour: failures });
  const harness = await pluginHarness(plugin, {
    config: {
      plugins: { 'my-thing': limit(limits.ofAll) },
      services: [
        {
          name: 'web',
          command: '/bin/web',
          restart: { policy: 'always', delay: '1s', factor: 1, jitter: 0, max_attempts: 0 },
          'my-thing': limit(limits.ofWeb),
        },
      ],
    },
    programs: { web: { exitAfterMs: 10_000, exitCode: 1 } },
  });
  test.after(() => harness.close());
  return harness;
}

function starts({ processes }: PluginHarness): number {
  return processes.actions.filter(({ what }) => what === 'spawn').length;
}

describe('my-thing', () => {
  it('leaves a service down that failed more often than an hour allows, and says why', async (test) => {
    const harness = await start(test, { ofAll: 3 });
    await harness.until('web', 'FAILED');
    assert.equal(starts(harness), 4);
    assert.match(harness.journal('web').at(-1) ?? '', /failed more than 3 times within an hour/);
  });

  it('allows five failures unless told otherwise', async (test) => {
    const harness = await start(test);
    await harness.until('web', 'FAILED');
    assert.equal(starts(harness), 6);
  });

  it('takes the limit of the service before that of all', async (test) => {
    const harness = await start(test, { ofAll: 3, ofWeb: 1 });
    await harness.until('web', 'FAILED');
    assert.equal(starts(harness), 2);
  });

  it('goes on counting over a reload, and forgets what is an hour old', async (test) => {
    const harness = await start(test, { ofAll: 3 });
    await harness.advance(25_000);
    assert.deepEqual(await report(harness), [{ service: 'web', failures: 2, limit: 3 }]);
    await harness.reload();
    await harness.until('web', 'FAILED');
    assert.equal(starts(harness), 4);
    await harness.advance(HOUR_MS);
    assert.deepEqual(await report(harness), [{ service: 'web', failures: 0, limit: 3 }]);
  });

  it('refuses a key that it does not know', async () => {
    const config = { plugins: { 'my-thing': { failures_per_day: 3 } } };
    await assert.rejects(pluginHarness(plugin, { config }), /failures_per_day/);
  });
});

function report({ supervisor }: PluginHarness): Promise<unknown> {
  return supervisor.call('my-thing', 'report', {}, AbortSignal.timeout(5000));
}
