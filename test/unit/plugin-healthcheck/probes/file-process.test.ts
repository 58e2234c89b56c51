import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt, until } from '../../../fixtures/probes/attempt.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tappet-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('file', () => {
  it('passes when the file exists, and when one that must not exist does not', async () => {
    const path = join(folder, 'here');
    await writeFile(path, '12345');
    expect(await attempt({ file: path })).toMatchObject({ ok: true, detail: { size: 5 } });
    expect(await attempt({ file: { path, exists: false } })).toMatchObject({ ok: false, message: `${path} exists` });
    expect(await attempt({ file: `${path}-not` })).toMatchObject({ ok: false, message: `${path}-not does not exist` });
    expect(await attempt({ file: { path: `${path}-not`, exists: false } })).toMatchObject({ ok: true });
    expect(await attempt({ file: `${path}/below` })).toMatchObject({ ok: false });
  });

  it('judges age and size', async () => {
    const path = join(folder, 'aged');
    await writeFile(path, '12345');
    expect(await attempt({ file: { path, newer_than: '1m', min_size: 5, max_size: 5 } })).toMatchObject({ ok: true });
    expect(await attempt({ file: { path, min_size: 6 } })).toMatchObject({
      ok: false,
      message: `${path} has 5 bytes, at least 6 are asked for`,
    });
    expect(await attempt({ file: { path, max_size: 4 } })).toMatchObject({
      ok: false,
      message: `${path} has 5 bytes, at most 4 are allowed`,
    });
    const tenMinutesAgo = Date.now() / 1000 - 600;
    await utimes(path, tenMinutesAgo, tenMinutesAgo);
    expect(await attempt({ file: { path, newer_than: 60 } })).toMatchObject({
      ok: false,
      message: `${path} was modified 10 min ago, at most 60 s are allowed`,
    });
  });

  it('takes a file of the future for new', async () => {
    const path = join(folder, 'future');
    await writeFile(path, '');
    await utimes(path, Date.now() / 1000 + 3600, Date.now() / 1000 + 3600);
    expect(await attempt({ file: { path, newer_than: 1 } })).toMatchObject({ ok: true });
  });

  it('starts a relative path at the folder of the service', async () => {
    await writeFile(join(folder, 'beat'), '');
    expect(await attempt({ file: 'beat' }, { context: { cwd: folder } })).toMatchObject({ ok: true });
  });
});

describe('process', () => {
  it('passes for a process that is alive and fails after its end', async () => {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const alive = await attempt({ process: { pid } });
    expect(alive).toMatchObject({ ok: true, message: `process ${pid} is alive` });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await attempt({ process: { pid } })).toMatchObject({ ok: false, message: `there is no process ${pid}` });
  });

  it('is not deceived by another process with the same pid', async () => {
    const ticks = Number((await attempt({ process: { pid: process.pid } })).detail?.['startTicks']);
    expect(await attempt({ process: { pid: process.pid, start_ticks: ticks } })).toMatchObject({ ok: true });
    expect(await attempt({ process: { pid: process.pid, start_ticks: ticks + 1 } })).toMatchObject({
      ok: false,
      message: `pid ${process.pid} is another process by now`,
    });
  });

  it('takes the process of the service', async () => {
    expect(await attempt({ process: {} }, { context: { process: { pid: process.pid } } })).toMatchObject({ ok: true });
    expect(await attempt({ process: true })).toMatchObject({ ok: false, message: 'the service has no process' });
    expect(
      await attempt({ process: true }, { context: { process: { pid: process.pid, startTicks: 1 } } }),
    ).toMatchObject({ ok: false });
  });

  it('reads a pid file, whatever is in it', async () => {
    const path = join(folder, 'app.pid');
    expect(await attempt({ process: path })).toMatchObject({
      ok: false,
      message: `cannot read the pid file ${path}: it does not exist`,
    });
    await writeFile(path, ` ${process.pid}\nmore\n`);
    expect(await attempt({ process: path })).toMatchObject({ ok: true });
    for (const nonsense of ['', 'abc', '-1', '0', '99999999999999', '1 2']) {
      await writeFile(path, nonsense);
      expect(await attempt({ process: path })).toMatchObject({
        ok: false,
        message: `the pid file ${path} holds no pid`,
      });
    }
  });

  it('takes a zombie for dead', async () => {
    // The shell has become a sleep when its child ends; that never waits for it, so the child stays a zombie.
    const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(chunk.toString());
    try {
      await until(
        async () => (await readFile(`/proc/${pid}/stat`, 'latin1')).includes(') Z '),
        'the child is a zombie',
      );
      expect(await attempt({ process: { pid } })).toMatchObject({
        ok: false,
        message: `process ${pid} has ended and is not reaped`,
      });
    } finally {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
    }
  });
});
