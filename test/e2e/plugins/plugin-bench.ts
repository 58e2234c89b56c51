import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type ControlClient, controlSocket } from '@tappet/plugin-control/client';
import type { SupervisorEvent } from '@tappet/core';
import type { Bench } from '../support/tappet.ts';

/** An installed package: the text of its files, and what differs from a plain plugin in its manifest. */
export interface InstalledPackage {
  readonly files: Readonly<Record<string, string>>;
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** Puts a package into the `node_modules` of a folder, with `index.js` and, if it has one, `cli.js` as its entries. */
export function install(folder: string, name: string, { files, manifest = {} }: InstalledPackage): void {
  const target = join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  const exports = { '.': './index.js', ...('cli.js' in files ? { './cli': './cli.js' } : {}) };
  const text = JSON.stringify({ name, version: '1.2.3', type: 'module', exports, ...manifest });
  for (const [file, content] of Object.entries({ 'package.json': text, ...files })) {
    writeFileSync(join(target, file), content);
  }
}

/** Makes a package of the workspace importable from a folder. */
export function link(folder: string, name: string): void {
  const target = join(folder, 'node_modules', name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(fileURLToPath(new URL(`../../../node_modules/${name}`, import.meta.url)), target);
}

/** A client of the only daemon of a bench. */
export async function clientOf(stack: Bench): Promise<ControlClient> {
  const { directory } = await stack.status();
  return connect({ socket: controlSocket(String(directory)) });
}

/** What `tappet events --json` shows. */
export async function eventsOf(stack: Bench): Promise<readonly SupervisorEvent[]> {
  const { stdout } = await stack.run(['events', '--json']);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SupervisorEvent);
}

/** One service that runs until it is stopped. */
export const STEADY = '[[services]]\nname = "steady"\ncommand = "/bin/sleep"\nargs = ["1000"]\n';

/** One service that ends at once, again and again. */
export const FLAKY =
  '[[services]]\nname = "flaky"\ncommand = "/bin/false"\nrestart = { policy = "always", delay = "30ms", factor = 1, max_attempts = 0 }\n';
