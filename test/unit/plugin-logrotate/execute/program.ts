import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const BIN = fileURLToPath(new URL('../../../../packages/plugin-logrotate/src/bin.ts', import.meta.url));

/** A place with a configuration and a state, in which the program is run. */
export interface Workplace {
  readonly root: string;
  /** A path in the place. */
  readonly at: (...parts: readonly string[]) => string;
  /** Writes the configuration; `$D` is the place. */
  readonly configure: (text: string) => void;
  readonly run: (...args: readonly string[]) => {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
  readonly start: (...args: readonly string[]) => ChildProcess;
}

/** Makes places that are gone after each test. */
export function workplaces(parent: string = tmpdir()): () => Workplace {
  const made: string[] = [];
  afterEach(() => {
    for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
  });
  return () => {
    const root = mkdtempSync(join(parent, 'tappet-logrotate-run-'));
    made.push(root);
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'logs'), { mode: 0o755 });
    const words = (args: readonly string[]): string[] => [
      BIN,
      '-s',
      join(root, 'state'),
      ...args,
      join(root, 'config'),
    ];
    return {
      root,
      at: (...parts) => join(root, ...parts),
      configure: (text) => writeFileSync(join(root, 'config'), text.replaceAll('$D', root), { mode: 0o644 }),
      run: (...args) =>
        spawnSync(process.execPath, words(args), { cwd: root, encoding: 'utf8', timeout: 60_000, input: '' }),
      start: (...args) => spawn(process.execPath, words(args), { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] }),
    };
  };
}

/** Waits until something holds, looking again every few milliseconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
