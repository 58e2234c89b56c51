import { describe, expect, it } from 'vitest';
import { cause, exitPayload, failureOf, never, rig, service } from './rig.ts';

const signal = new AbortController().signal;

describe('quarantine', () => {
  it('stops calling a tap that failed so often in a row, and says so once', async () => {
    const { lifecycle, plugin, problems, report } = rig({ quarantineAfter: 3 });
    let calls = 0;
    plugin('bad').onExit.tap('tap', () => {
      calls++;
      throw new Error('boom');
    });
    for (let exit = 0; exit < 6; exit++) await lifecycle.onExit(exitPayload);
    expect(calls).toBe(3);
    expect(report('bad:tap')).toMatchObject({ calls: 3, errors: 3, quarantined: true });
    expect(problems.filter(({ what }) => what === 'quarantined')).toMatchObject([
      { message: 'tap "bad:tap" on onExit is quarantined after failing time after time: boom' },
    ]);
    expect(problems.filter(({ what }) => what === 'skipped')).toEqual([]);
  });

  it('counts failures in a row only', async () => {
    const { lifecycle, plugin, report } = rig({ quarantineAfter: 3 });
    let calls = 0;
    plugin().onExit.tap('flaky', () => {
      calls++;
      if (calls % 3 !== 0) throw new Error('boom');
    });
    for (let exit = 0; exit < 9; exit++) await lifecycle.onExit(exitPayload);
    expect(report('p:flaky')).toMatchObject({ calls: 9, errors: 6, quarantined: false });
  });

  it('calls a released tap again and needs as many failures as before', () => {
    const { lifecycle, plugin, traces, report } = rig({ quarantineAfter: 2 });
    let isBroken = true;
    plugin().onReady.tap('tap', () => {
      if (isBroken) throw new Error('boom');
    });
    const call = (): void => lifecycle.onReady({ service, startupMs: 1 });
    for (let time = 0; time < 3; time++) call();
    expect(report('p:tap').quarantined).toBe(true);
    expect(traces[0]?.release()).toBe(true);
    expect(traces[0]?.release()).toBe(false);
    call();
    expect(report('p:tap').quarantined).toBe(false);
    isBroken = false;
    call();
    isBroken = true;
    call();
    expect(report('p:tap').quarantined).toBe(false);
    call();
    expect(report('p:tap').quarantined).toBe(true);
  });

  it('never follows from a veto, only from a gate that hangs', async () => {
    const { clock, lifecycle, plugin, problems, report } = rig({ quarantineAfter: 2 });
    plugin('strict').beforeStart.tap('veto', () => {
      throw new Error('no');
    });
    for (let start = 0; start < 5; start++) {
      await expect(lifecycle.beforeStart({ service, cause, signal })).rejects.toThrow('no');
    }
    expect(report('strict:veto').quarantined).toBe(false);

    const other = rig({ quarantineAfter: 2 });
    other.plugin('hung').beforeStart.tap('gate', never);
    for (let start = 0; start < 2; start++) {
      const failure = failureOf(other.lifecycle.beforeStart({ service, cause, signal }));
      await other.clock.advance(30_000);
      expect(await failure).toMatchObject({ code: 'ERR_PLUGIN_DEADLINE', plugin: 'hung' });
    }
    await other.lifecycle.beforeStart({ service, cause, signal });
    expect(other.problems.at(-1)).toMatchObject({
      what: 'skipped',
      message: 'tap "hung:gate" on beforeStart was skipped: it is quarantined',
    });
    expect([clock.pendingTimers, other.clock.pendingTimers, problems.length]).toEqual([0, 0, 0]);
  });

  it('leaves readiness checks alone', async () => {
    const { lifecycle, plugin, report } = rig({ quarantineAfter: 2 });
    plugin().checkReady.tap('probe', async () => {
      throw new Error('not ready');
    });
    for (let start = 0; start < 4; start++) {
      await expect(lifecycle.checkReady({ service, signal })).rejects.toThrow('not ready');
    }
    expect(report('p:probe')).toMatchObject({ quarantined: false, errors: 4 });
  });

  it('has no opinion when a decision is quarantined', () => {
    const { lifecycle, plugin } = rig({ quarantineAfter: 1 });
    plugin().decideRestart.tap('tap', () => {
      throw new Error('boom');
    });
    lifecycle.decideRestart({ ...exitPayload, failures: 1 });
    expect(lifecycle.decideRestart({ ...exitPayload, failures: 1 })).toBeUndefined();
  });
});
