import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCgroups, living, openRig, type Rig, uniqueSeconds, until, untilOutput } from './rig.ts';

const cgroupsWork = await hasCgroups();
if (!cgroupsWork) console.warn('no writable cgroup v2: the tests that need one are skipped');

describe.each([
  { name: 'with cgroups', cgroups: true },
  { name: 'without cgroups', cgroups: false },
])('ending a service $name', ({ cgroups }) => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await openRig({ cgroups });
  });

  afterEach(() => rig.close());

  it('reports an exit code, and a signal, but never both', async () => {
    const failing = await rig.start('crashes-fast.sh');
    expect(await failing.exited).toMatchObject({ code: 1, signal: undefined });
    const killed = await rig.start('/bin/sleep', ['1000']);
    expect(killed.signal('SIGKILL', 'group')).toBe(true);
    expect(await killed.exited).toMatchObject({ code: undefined, signal: 'SIGKILL' });
  });

  it('leaves a program that is deaf to SIGTERM to SIGKILL', async () => {
    const running = await rig.start('ignores-sigterm.mjs');
    await untilOutput(rig, 'ready');
    expect(running.signal('SIGTERM', 'group')).toBe(true);
    expect(running.signal('SIGKILL', 'group')).toBe(true);
    expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  it('ends a stopped (frozen) program with SIGTERM and SIGCONT', async () => {
    const running = await rig.start('/bin/sleep', ['1000']);
    running.signal('SIGSTOP', 'group');
    running.signal('SIGTERM', 'group');
    running.signal('SIGCONT', 'group');
    expect(await running.exited).toMatchObject({ signal: 'SIGTERM' });
  });

  it('signals only the main process when asked to', async () => {
    const seconds = uniqueSeconds();
    const running = await rig.start('forks-children.sh', [seconds]);
    await until('three children', () => living('sleep', seconds) === 3);
    running.signal('SIGKILL', 'process');
    await running.exited;
    expect(living('sleep', seconds)).toBe(3);
    expect(await running.sweep(5000)).toBe(3);
  });

  it('sweeps children that outlive their parent', async () => {
    const seconds = uniqueSeconds();
    const running = await rig.start('forks-children.sh', [seconds]);
    await until('three children', () => living('sleep', seconds) === 3);
    running.signal('SIGTERM', 'process');
    await running.exited;
    expect(await running.sweep(5000)).toBe(3);
    expect(living('sleep', seconds)).toBe(0);
  });

  it('sweeps a daemon that left its session', async () => {
    const seconds = uniqueSeconds();
    const running = await rig.start('escapes-session.sh', [seconds]);
    await untilOutput(rig, 'ready');
    running.signal('SIGKILL', 'process');
    await running.exited;
    expect(living('sleep', seconds)).toBe(1);
    await running.sweep(5000);
    expect(living('sleep', seconds)).toBe(0);
  });

  it('starts nothing beside the children of an earlier generation', async () => {
    const seconds = uniqueSeconds();
    for (let round = 0; round < 4; round++) {
      const running = await rig.start('forks-children.sh', [seconds]);
      await until('three new children', () => living('sleep', seconds) === 3);
      running.signal('SIGKILL', 'process');
      await running.exited;
    }
    const last = await rig.start('/bin/sleep', ['1000']);
    expect(living('sleep', seconds)).toBe(0);
    last.signal('SIGKILL', 'group');
    await last.exited;
  });

  it('kills everything of a service that is removed', async () => {
    const seconds = uniqueSeconds();
    await rig.start('forks-children.sh', [seconds]);
    await until('three children', () => living('sleep', seconds) === 3);
    expect(await rig.layer.sweepService('s', 5000)).toBeGreaterThanOrEqual(4);
    expect(living('sleep', seconds)).toBe(0);
  });

  it('leaves other services alone', async () => {
    const seconds = uniqueSeconds();
    const other = await rig.start('/bin/sleep', [seconds], { service: 'other' });
    const running = await rig.start('/bin/sleep', ['1000']);
    await rig.layer.sweepService('s', 5000);
    await running.exited;
    expect(living('/bin/sleep', seconds)).toBe(1);
    other.signal('SIGKILL', 'group');
    await other.exited;
  });

  it('does not wait for a grandchild that holds the output open', async () => {
    const seconds = uniqueSeconds();
    const running = await rig.start('/bin/sh', ['-c', `echo last words; sleep ${seconds} & exit 7`]);
    expect(await running.exited).toMatchObject({ code: 7 });
    await rig.layer.channel('s').drain(5000);
    expect(rig.output()).toBe('last words\n');
    await running.sweep(5000);
  });
});

// On a machine of CI they must not be missed.
describe.skipIf(!cgroupsWork && process.env['CI'] === undefined)('with a cgroup', () => {
  it('sweeps a daemon that left its session and has no environment', async () => {
    const rig = await openRig();
    const seconds = uniqueSeconds();
    const running = await rig.start('escapes-session.sh', [seconds, 'bare']);
    await untilOutput(rig, 'ready');
    running.signal('SIGKILL', 'process');
    await running.exited;
    expect(await running.sweep(5000)).toBe(1);
    expect(living('sleep', seconds)).toBe(0);
    await rig.close();
  });

  it('sends the stop signal to descendants that left the group', async () => {
    const rig = await openRig();
    const seconds = uniqueSeconds();
    const running = await rig.start('escapes-session.sh', [seconds, 'bare']);
    await untilOutput(rig, 'ready');
    running.signal('SIGTERM', 'group');
    await until('the end of the daemon', () => living('sleep', seconds) === 0);
    await rig.close();
  });
});
