import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isLiving, openRig, type Rig } from './rig.ts';

let rig: Rig;

afterEach(() => rig.close());

describe.each([
  { name: 'with cgroups', cgroups: true },
  { name: 'without cgroups', cgroups: false },
])('a service that puts itself into the background $name', ({ cgroups }) => {
  it.each(['own-session', 'same-session', 'bare'])('is followed by its pid file (%s)', async (how) => {
    rig = await openRig({ cgroups });
    const forkingPidFile = join(rig.directory, 'daemon.pid');
    const running = await rig.start('daemonizes.sh', [forkingPidFile, how], { forkingPidFile });
    const launcher = running.identity.pid;
    await running.forked;
    const { pid } = running.identity;
    expect(pid).not.toBe(launcher);
    expect(isLiving(pid)).toBe(true);
    expect(running.signal('SIGTERM', 'group')).toBe(true);
    expect(await running.exited).toMatchObject({ code: undefined, signal: undefined });
    expect(isLiving(pid)).toBe(false);
    expect(await running.sweep(5000)).toBe(0);
  });

  it('is swept when its pid file cannot be followed', async () => {
    rig = await openRig({ cgroups });
    const forkingPidFile = join(rig.directory, 'daemon.pid');
    const running = await rig.start('daemonizes.sh', [forkingPidFile], { forkingPidFile });
    await running.forked;
    const { pid } = running.identity;
    await running.sweep(5000);
    expect(isLiving(pid)).toBe(false);
    await running.exited;
  });

  it('is not taken for an innocent process whose number stands in a stale pid file', async () => {
    rig = await openRig({ cgroups });
    const innocent = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
    const forkingPidFile = join(rig.directory, 'daemon.pid');
    writeFileSync(forkingPidFile, `${innocent.pid}\n`);
    const running = await rig.start('daemonizes.sh', [forkingPidFile, 'stale'], { forkingPidFile });
    expect(await running.exited).toMatchObject({ code: undefined, signal: undefined });
    expect(rig.warnings.join()).toContain('is not one of this service');
    expect(await running.sweep(5000)).toBe(0);
    expect(isLiving(innocent.pid ?? 0)).toBe(true);
    innocent.kill('SIGKILL');
  });

  it('has failed when its launcher fails', async () => {
    rig = await openRig({ cgroups });
    const running = await rig.start('crashes-fast.sh', [], { forkingPidFile: join(rig.directory, 'daemon.pid') });
    expect(await running.exited).toMatchObject({ code: 1 });
  });
});
