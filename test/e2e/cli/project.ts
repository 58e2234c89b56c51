import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SupervisorStatus } from '@tappet/core';
import { vi } from 'vitest';

/** The built command. */
export const BIN: string = fileURLToPath(new URL('../../../packages/cli/dist/bin.cjs', import.meta.url));

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A daemon in the foreground, with everything it has printed. */
export interface RunningDaemon {
  readonly child: ChildProcess;
  readonly pid: number;
  /** stdout and stderr as they came. */
  log(): string;
  readonly ended: Promise<number | null>;
}

/** A folder with a configuration, and the built `tappet` run in it. Disposing it ends every daemon it started. */
export interface Project extends AsyncDisposable {
  readonly directory: string;
  readonly runtime: string;
  readonly socket: string;
  configure(toml: string): void;
  tappet(words: readonly string[], options?: { cwd?: string }): Finished;
  up(words?: readonly string[]): RunningDaemon;
  /** Waits until `tappet status --json` fits. */
  status(fits: (status: SupervisorStatus) => boolean): Promise<SupervisorStatus>;
}

const PATIENCE = { timeout: 30_000, interval: 50 };

/** Makes one; its project is called `e2e`. */
export function createProject(toml: string): Project {
  const directory = mkdtempSync(join(tmpdir(), 'tappet-e2e-'));
  const base = join(directory, 'run');
  mkdirSync(base, { mode: 0o700 });
  const runtime = join(base, 'e2e');
  const env = { ...process.env, TAPPET_RUNTIME_DIR: base, NO_COLOR: '1' };
  const daemons: RunningDaemon[] = [];

  const project: Project = {
    directory,
    runtime,
    socket: join(runtime, 'control.sock'),
    configure: (text) => writeFileSync(join(directory, 'services.toml'), `project = "e2e"\n${text}`),
    tappet(words, { cwd = directory } = {}) {
      const done = spawnSync(process.execPath, [BIN, ...words], { cwd, env, encoding: 'utf8', timeout: 60_000 });
      return { code: done.status, out: done.stdout, err: done.stderr };
    },
    up(words = []) {
      const child = spawn(process.execPath, [BIN, 'up', ...words], {
        cwd: directory,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const daemon = watch(child);
      daemons.push(daemon);
      return daemon;
    },
    async status(fits) {
      let seen: SupervisorStatus | undefined;
      await vi.waitFor(() => {
        const { out } = project.tappet(['status', '--json']);
        seen = JSON.parse(out) as SupervisorStatus;
        if (!fits(seen)) throw new Error(`not yet: ${out}`);
      }, PATIENCE);
      if (seen === undefined) throw new Error('unreachable');
      return seen;
    },
    async [Symbol.asyncDispose]() {
      project.tappet(['down']);
      await Promise.all(daemons.map(endOf));
      rmSync(directory, { recursive: true, force: true });
    },
  };
  project.configure(toml);
  return project;
}

/** Waits until the log of a daemon contains a text. */
export function logged(daemon: RunningDaemon, text: string | RegExp): Promise<void> {
  return vi.waitFor(() => {
    const log = daemon.log();
    if (typeof text === 'string' ? !log.includes(text) : !text.test(log)) throw new Error(`not yet ${text}:\n${log}`);
  }, PATIENCE);
}

/** True while a process lives; one that ended and was not collected yet does not. */
export function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}

function watch(child: ChildProcess): RunningDaemon {
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (piece: string) => (log += piece));
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, pid: child.pid ?? 0, log: () => log, ended };
}

/** A daemon that a test left behind, for instance because it failed, is killed. */
async function endOf({ child, ended }: RunningDaemon): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(timer);
}
