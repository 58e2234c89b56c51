import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../e2e/support/tappet.ts';

export const REPOSITORY: string = fileURLToPath(new URL('../../../', import.meta.url));
export const TAPPET: string = join(REPOSITORY, 'packages/cli/dist/bin.cjs');

/** A folder of `examples`. */
export function example(name: string): string {
  return join(REPOSITORY, 'examples', name);
}

/** A program that a test runs. It is ended when it is disposed of. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything it wrote, both outputs together. */
  readonly text: string;
  /** Resolves with the exit code, -1 when a signal ended it. */
  readonly exited: Promise<number>;
  /** Resolves with the match in what it wrote; rejects with all of that when there is none in time or it has ended. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program. The first word is looked up in PATH; `node` is the one that runs this test. */
export function start([command = '', ...args]: readonly string[], { cwd, env = {} }: RunOptions): Running {
  const child = spawn(command === 'node' ? process.execPath : command, args, {
    cwd,
    // As root, Tappet refuses files of other users; whoever owns this checkout is trusted here.
    env: { ...process.env, NO_COLOR: '1', TAPPET_TRUSTED_UIDS: String(statSync(REPOSITORY).uid), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    pid: child.pid ?? -1,
    exited,
    get text() {
      return text;
    },
    async said(pattern) {
      let found: RegExpExecArray | null = null;
      const look = (): boolean => (found = pattern.exec(text)) !== null;
      await until(() => look() || isOver(), `${command} says ${pattern}`).catch((error: unknown) => {
        throw new Error(`${String(error)}; it said:\n${text}`);
      });
      if (found === null && isOver()) await exited;
      if (look() && found !== null) return found;
      throw new Error(`${command} ended and did not say ${pattern}, but:\n${text}`);
    },
    async [Symbol.asyncDispose]() {
      if (!isOver()) child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Runs a program to its end. */
export async function run(
  argv: readonly string[],
  options: RunOptions,
): Promise<{ readonly code: number; readonly text: string }> {
  const running = start(argv, options);
  const code = await running.exited;
  return { code, text: running.text };
}

/** A temporary folder. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'tappet-examples-'));
  return {
    path,
    [Symbol.dispose]() {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Asks a server until it answers with this status, and resolves with the body. */
export async function answer(url: string, status = 200): Promise<string> {
  let body: string | undefined;
  await until(async () => {
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === status) body = await response.text();
    else await response?.body?.cancel();
    return body !== undefined;
  }, `${url} answers ${status}`);
  return body ?? '';
}

/** Fails when the patterns do not occur in the text in this order. */
export function inOrder(text: string, patterns: readonly RegExp[]): void {
  let at = 0;
  for (const pattern of patterns) {
    const found = pattern.exec(text.slice(at));
    if (found === null) throw new Error(`expected ${pattern} at or after position ${at} of:\n${text}`);
    at += found.index + found[0].length;
  }
}
