import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  followProcess,
  loadMonitText,
  maySignal,
  type ProcessIdentity,
  readPidFile,
  readProcTable,
  type Sample,
  Sampler,
} from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder = '';
let child: ChildProcess;
let pidFile = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'monit-process-'));
  pidFile = join(folder, 'pid');
  child = spawn('sleep', ['600']);
  await once(child, 'spawn');
});
afterAll(async () => {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  rmSync(folder, { recursive: true, force: true });
});

function sample(): Sample | undefined {
  const { configuration } = loadMonitText(`check process p pidfile ${pidFile}`);
  return new Sampler(configuration).samplePass(new Set(['p']), 0).get('p');
}

function identityOf(): ProcessIdentity {
  const identity = sample()?.facts.identity;
  if (identity === undefined) throw new Error('the process is not seen');
  return identity;
}

describe('a pid file', () => {
  it.each([
    ['12\n', 12],
    [' 12 ', 12],
    ['12\nmore\n', 12],
    ['', undefined],
    ['garbage', undefined],
    ['12abc', undefined],
    ['-1', undefined],
    ['0', undefined],
    ['99999999999999999999', undefined],
  ])('with %j names %s', (text, pid) => {
    writeFileSync(pidFile, text);
    expect(readPidFile(pidFile)).toBe(pid);
  });

  it.each(['garbage', '', '4194304999'])('with %j means a process that does not run', (text) => {
    writeFileSync(pidFile, text);
    expect(sample()?.presence).toBe('missing');
  });

  it('that is a fifo, a device or a directory holds no pid, and is not waited for', () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect([fifo, '/dev/zero', folder].map(readPidFile)).toEqual([undefined, undefined, undefined]);
  });

  it('that is missing means a process that does not run', () => {
    rmSync(pidFile, { force: true });
    expect(sample()?.presence).toBe('missing');
  });

  it('with the pid of a process leads to it and its start time', () => {
    writeFileSync(pidFile, `${child.pid}\n`);
    expect(identityOf()).toEqual({
      pid: child.pid,
      startTicks: readProcTable({ atMs: 0 }).byPid.get(child.pid ?? 0)?.startTicks,
    });
  });
});

describe('a process that is followed', () => {
  const identityOfPid = (pid: number): ProcessIdentity => {
    const startTicks = readProcTable({ pids: [pid], atMs: 0 }).byPid.get(pid)?.startTicks;
    return { pid, startTicks: startTicks ?? 0 };
  };

  it('is not alive any more as soon as it is a zombie', async () => {
    const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(String(line));
    const followed = followProcess(identityOfPid(pid));
    expect(followed?.isAlive()).toBe(true);
    process.kill(pid, 'SIGKILL');
    const end = performance.now() + 20_000;
    while (followed?.isAlive() === true && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect(followed?.isAlive()).toBe(false);
    followed?.close();
    const gone = once(parent, 'exit');
    parent.kill('SIGKILL');
    await gone;
  });

  it('is told from another one under its number', () => {
    expect(followProcess({ ...identityOfPid(child.pid ?? 0), startTicks: 1 })).toBeUndefined();
  });
});

describe('a signal', () => {
  const wallMs = Date.now();

  it('may go to the process that was sampled', () => {
    writeFileSync(pidFile, `${child.pid}\n`);
    expect(maySignal({ identity: identityOf(), pidFile, wallMs: Date.now() })).toEqual({ ok: true });
  });

  it('never goes to another process under the same number', () => {
    const { pid, startTicks } = identityOf();
    expect(maySignal({ identity: { pid, startTicks: startTicks - 1 }, wallMs })).toMatchObject({
      ok: false,
      why: expect.stringContaining('another process'),
    });
  });

  it('never goes to an innocent process that is younger than the pid file naming it', () => {
    writeFileSync(pidFile, `${child.pid}\n`);
    const yesterday = new Date(Date.now() - 86_400_000);
    utimesSync(pidFile, yesterday, yesterday);
    expect(maySignal({ identity: identityOf(), pidFile, wallMs: Date.now() })).toMatchObject({
      ok: false,
      why: expect.stringContaining('younger'),
    });
  });

  it.each([
    [{ pid: 1, startTicks: 0 }, 'never signalled'],
    [{ pid: 0, startTicks: 0 }, 'never signalled'],
    [{ pid: 4_194_000, startTicks: 1 }, 'gone'],
  ])('never goes to %j', (identity, why) => {
    expect(maySignal({ identity, wallMs })).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });
});

describe('the table of processes', () => {
  it('reads names with parentheses and blanks', () => {
    const root = join(folder, 'proc');
    mkdirSync(join(root, '77'), { recursive: true });
    mkdirSync(join(root, 'self'), { recursive: true });
    writeFileSync(
      join(root, '77', 'stat'),
      `77 (a) b (c) S 5 1 1 0 -1 4 0 0 0 0 100 50 0 0 20 0 9 0 12345 1000 42 0\n`,
    );
    const table = readProcTable({ atMs: 7, root });
    expect(table.byPid.get(77)).toEqual({
      pid: 77,
      ppid: 5,
      state: 'S',
      name: 'a) b (c',
      cpuTicks: 150,
      threads: 9,
      startTicks: 12_345,
      residentPages: 42,
    });
    expect(table.children.get(5)).toEqual([77]);
    expect(table.byPid.size).toBe(1);
  });

  it('reads only what it is asked for', () => {
    const table = readProcTable({ pids: [process.pid, 4_194_000], atMs: 0 });
    expect([...table.byPid.keys()]).toEqual([process.pid]);
    expect(table.isComplete).toBe(false);
  });

  it('a dead child that nobody has reaped is a zombie', async () => {
    const parent = spawn(
      process.execPath,
      [
        '-e',
        'const c=require("node:child_process").spawn("sleep",["0"]); process.stdout.write(String(c.pid)); const s=new Int32Array(new SharedArrayBuffer(4)); Atomics.wait(s,0,0)',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const [text] = (await once(parent.stdout, 'data')) as [Buffer];
      writeFileSync(pidFile, text.toString());
      const end = performance.now() + 20_000;
      while (sample()?.presence !== 'zombie' && performance.now() < end) {
        await new Promise((resolve) => {
          setTimeout(resolve, 10);
        });
      }
      expect(sample()?.presence).toBe('zombie');
    } finally {
      const gone = once(parent, 'exit');
      parent.kill('SIGKILL');
      await gone;
    }
  });
});

describe('a shared look', () => {
  it('answers every service that is due, and forgets the counters of a process that was replaced', () => {
    writeFileSync(pidFile, `${child.pid}\n`);
    writeFileSync(join(folder, 'own'), `${process.pid}\n`);
    const { configuration } = loadMonitText(
      `check process a pidfile ${pidFile}\ncheck process b pidfile ${folder}/own\ncheck process c pidfile /nowhere\nif cpu > 1% then alert`,
    );
    const sampler = new Sampler(configuration);
    const all = new Set(['a', 'b', 'c']);
    expect([...sampler.samplePass(new Set(['a']), 0).keys()]).toEqual(['a']);
    expect(sampler.samplePass(all, 1000).get('a')?.facts.resources?.cpu).toBe(0);
    writeFileSync(pidFile, `${process.pid}\n`);
    const replaced = sampler.samplePass(all, 2000);
    expect(replaced.get('a')?.facts.resources?.cpu).toBeUndefined();
    expect(replaced.get('c')?.presence).toBe('missing');
    expect(replaced.get('b')?.facts.resources?.cpu).toEqual(expect.any(Number));
  });
});
