import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { guardArgv } from '@tappet/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLiving, living, pidsNaming, pidsOf, uniqueSeconds, until } from './rig.ts';

let directory: string;
let children: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tappet-guard-'));
  children = [];
});

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await new Promise((resolve) => void child.once('exit', resolve));
  }
  // Without its guard a daemon lives on, as it should. Its command line names our directory.
  for (const pid of pidsNaming(directory)) process.kill(pid, 'SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const noter = fileURLToPath(new URL('../../fixtures/programs/notes-signals.mjs', import.meta.url));
/** A shell cannot trap what is ignored when it starts, as SIGINT and SIGQUIT are in the background; Node can. */
const notesSignals = `exec '${process.execPath}' '${noter}' "$1"`;

interface Guarded {
  readonly child: ChildProcess;
  /** What the daemons wrote: one line for each deed. */
  lines(): string[];
  readonly exit: Promise<number | string>;
}

/** Runs a shell script as the daemon under the guard. Its descriptor 1 is a file. */
function guard(script: string, { via = [] }: { via?: string[] } = {}): Guarded {
  const daemon = join(directory, 'daemon');
  const log = join(directory, 'log');
  writeFileSync(daemon, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  writeFileSync(log, '');
  const [program = '', ...args] = [...via, ...guardArgv(['/bin/sh', daemon, log])];
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  children.push(child);
  return {
    child,
    lines: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    exit: new Promise((resolve) => void child.once('exit', (code, signal) => resolve(code ?? signal ?? 'nothing'))),
  };
}

describe('the guard', () => {
  it.each([0, 1, 2, 42, 127])('ends with the exit code of the daemon: %i', async (code) => {
    expect(await guard(`exit ${code}`).exit).toBe(code);
  });

  it('starts a killed daemon again within a quarter of a second, more or less', async () => {
    const guarded = guard('echo $$ >>"$1"; [ "$(wc -l <"$1")" -ge 3 ] && exit 7; while :; do sleep 0.05; done');
    await until('the first daemon', () => guarded.lines().length === 1);
    const begin = performance.now();
    process.kill(Number(guarded.lines()[0]), 'SIGKILL');
    await until('the second daemon', () => guarded.lines().length === 2);
    // 0.2 s by design; the rest is for a loaded machine.
    expect(performance.now() - begin).toBeLessThan(3000);
    process.kill(Number(guarded.lines()[1]), 'SIGSEGV');
    expect(await guarded.exit).toBe(7);
    expect(guarded.lines()).toHaveLength(3);
  });

  it('forwards signals, and starts nothing after one that ends the daemon', async () => {
    const guarded = guard(notesSignals);
    await until('the daemon', () => guarded.lines().length === 1);
    for (const name of ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT', 'SIGTERM'] as const) {
      guarded.child.kill(name);
      await until(name, () => guarded.lines().at(-1) === name);
    }
    expect(await guarded.exit).toBe(143);
    expect(guarded.lines()).toEqual(['up', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT', 'SIGTERM']);
  });

  it('hands a signal to its group on once, not twice', async () => {
    const guarded = guard(notesSignals);
    await until('the daemon', () => guarded.lines().length === 1);
    // As the terminal does at Ctrl-C.
    process.kill(-(guarded.child.pid ?? 0), 'SIGINT');
    await until('the signal', () => guarded.lines().includes('SIGINT'));
    guarded.child.kill('SIGTERM');
    expect(await guarded.exit).toBe(143);
    expect(guarded.lines()).toEqual(['up', 'SIGINT', 'SIGTERM']);
  });

  it('gives a daemon up that crashes at once, over and over', async () => {
    const guarded = guard('echo crash >>"$1"; kill -KILL $$');
    expect(await guarded.exit).toBe(137);
    expect(guarded.lines()).toHaveLength(11);
  });

  it('leaves services alone when it restarts the daemon', async () => {
    const seconds = uniqueSeconds();
    const guarded = guard(`
      [ -s "$1" ] || { setsid sleep ${seconds} & }
      echo $$ >>"$1"
      trap "exit 0" TERM
      while :; do sleep 0.05; done`);
    await until('the daemon', () => guarded.lines().length === 1 && living('sleep', seconds) === 1);
    process.kill(Number(guarded.lines()[0]), 'SIGKILL');
    await until('the next daemon', () => guarded.lines().length === 2);
    expect(living('sleep', seconds)).toBe(1);
    guarded.child.kill('SIGTERM');
    await guarded.exit;
    for (const pid of pidsOf('sleep', seconds)) process.kill(pid, 'SIGKILL');
    await until('the end of the service', () => living('sleep', seconds) === 0);
  });
});

const canUnshare = spawnSync('unshare', ['-pf', '--mount-proc', 'true']).status === 0;
if (!canUnshare) console.warn('unshare does not work here: the test of the guard as process 1 is skipped');

describe.skipIf(!canUnshare && process.env['CI'] === undefined)('the guard as process 1', () => {
  it('leaves no zombie of a hundred orphans', async () => {
    const guarded = guard(
      `
      for i in $(seq 100); do (setsid sh -c 'exit 0' &) ; done
      trap "exit 5" TERM
      echo up >>"$1"
      sleep 0.3
      for i in $(seq 200); do
        ls -d /proc/[0-9]* | wc -l >>"$1"
        grep -c '^State:.*zombie' /proc/[0-9]*/status 2>/dev/null | grep -c ':1' >>"$1"
        [ "$(tail -n 1 "$1")" = 0 ] && break
        sleep 0.1
      done
      echo done >>"$1"
      while :; do sleep 0.05; done`,
      { via: ['unshare', '-pf', '--mount-proc', '--kill-child'] },
    );
    await until('the count', () => guarded.lines().includes('done'), 60_000);
    expect(guarded.lines().at(-2)).toBe('0');
    // `unshare` does not forward signals, so the guard itself gets it.
    const [pid] = pidsOfChildren(guarded.child.pid ?? 0);
    process.kill(pid ?? 0, 'SIGTERM');
    expect(await guarded.exit).toBe(5);
    expect(isLiving(guarded.child.pid ?? 0)).toBe(false);
  });
});

function pidsOfChildren(parent: number): number[] {
  return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);
}
