import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../../packages/cli/dist/bin.cjs', import.meta.url));

/** How one command of the built CLI ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `tappet up` and what it said. */
export interface Daemon {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything on stdout and stderr so far, in lines. */
  lines(): readonly string[];
  /** Resolves with the first line that matches; rejects with everything said when none comes in time or the daemon ends. */
  line(pattern: RegExp, withinMs?: number): Promise<string>;
  /** Resolves with the exit code (128 + n for a signal). */
  readonly exited: Promise<number>;
}

/** A folder with a configuration, a runtime directory of its own, and the commands of the built CLI in it. */
export interface Bench extends AsyncDisposable {
  readonly folder: string;
  write(name: string, text: string): string;
  up(args?: readonly string[], env?: Readonly<Record<string, string>>): Daemon;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CommandResult>;
  /** `status --json`, parsed. */
  status(): Promise<StatusReport>;
}

export interface StatusReport {
  readonly services: readonly {
    readonly name: string;
    readonly state: string;
    readonly pid: number | null;
    readonly restarts: number;
    readonly completed: boolean;
    readonly [key: string]: unknown;
  }[];
  readonly [key: string]: unknown;
}

/** Makes a bench whose `services.toml` has this text. Everything it started is ended when it is disposed of. */
export function bench(config: string): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'tappet-e2e-'));
  // A service that runs as another user must be able to read it.
  chmodSync(folder, 0o755);
  const daemons: Daemon[] = [];
  const environment = (env: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
    ...process.env,
    TAPPET_RUNTIME_DIR: join(folder, 'run'),
    NO_COLOR: '1',
    ...env,
  });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  write('services.toml', config);

  const self: Bench = {
    folder,
    write,
    up(args = [], env = {}) {
      const daemon = follow(
        spawn(process.execPath, [BIN, 'up', '--config', join(folder, 'services.toml'), ...args], {
          cwd: folder,
          env: environment(env),
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      );
      daemons.push(daemon);
      return daemon;
    },
    run: (args, env = {}) =>
      new Promise((resolve) => {
        execFile(
          process.execPath,
          [BIN, ...args],
          { cwd: folder, env: environment(env), timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
          (error, stdout, stderr) =>
            resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 255, stdout, stderr }),
        );
      }),
    async status() {
      const { code, stdout, stderr } = await self.run(['status', '--json']);
      if (code !== 0) throw new Error(`status failed with ${code}: ${stderr}`);
      return JSON.parse(stdout) as StatusReport;
    },
    async [Symbol.asyncDispose]() {
      // A daemon that a test killed left its services running: the next one adopts and ends them.
      if (daemons.length > 0) {
        const last = daemons.at(-1);
        if (last?.child.exitCode !== null || last.child.signalCode !== null) await self.run(['down']);
        const alive = daemons.filter(({ child }) => child.exitCode === null && child.signalCode === null);
        for (const { child } of alive) child.kill('SIGTERM');
        await Promise.all(alive.map(({ exited }) => exited));
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return self;
}

function follow(child: ChildProcess): Daemon {
  let text = '';
  const watchers = new Set<() => void>();
  const look = (): void => watchers.forEach((watcher) => watcher());
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      look();
    });
  }
  const exited = new Promise<number>((resolve) => {
    child.once('close', (code, signal) => {
      resolve(signal === null ? (code ?? 255) : 128);
      look();
    });
  });
  const lines = (): readonly string[] => text.split('\n');
  return {
    child,
    pid: child.pid ?? 0,
    lines,
    exited,
    line: (pattern, withinMs = 45_000) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          clearTimeout(timer);
          watchers.delete(watcher);
          finish();
        };
        const missing = (why: string): Error => new Error(`no line matches ${pattern} ${why}; it said:\n${text}`);
        const timer = setTimeout(() => settle(() => reject(missing(`within ${withinMs} ms`))), withinMs);
        const watcher = (): void => {
          const found = lines().find((line) => pattern.test(line));
          if (found !== undefined) settle(() => resolve(found));
          else if (child.exitCode !== null || child.signalCode !== null)
            settle(() => reject(missing('and it has ended')));
        };
        watchers.add(watcher);
        watcher();
      }),
  };
}

/** Resolves when the condition holds; rejects when it does not in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 30_000,
): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** True while a process of this number lives. A zombie does not: whoever is its parent has not looked yet. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
