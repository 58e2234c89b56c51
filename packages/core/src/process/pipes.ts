import { spawn } from 'node:child_process';
import { chownSync, constants, lstatSync, openSync, rmSync } from 'node:fs';
import { SpawnError } from '../errors/index.ts';
import { toolPath } from './wrapper.ts';

/** A named pipe that shall exist, and who owns it. */
export interface PipeWish {
  readonly path: string;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

const PIPES_PER_CALL = 1000;

/** Makes what is missing of these pipes, mode 0600, with one call of mkfifo for all. Existing pipes keep their content. */
export async function makePipes(wishes: readonly PipeWish[]): Promise<void> {
  const missing = wishes.filter(({ path }) => !isPipe(path)).map(({ path }) => path);
  for (let start = 0; start < missing.length; start += PIPES_PER_CALL) {
    await runMkfifo(missing.slice(start, start + PIPES_PER_CALL));
  }
  const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  for (const { path, owner = self } of wishes) {
    const stat = lstatSync(path);
    if (stat.uid !== owner.uid || stat.gid !== owner.gid) chownSync(path, owner.uid, owner.gid);
  }
}

function isPipe(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (stat.isFIFO()) return true;
  rmSync(path, { recursive: true, force: true });
  return false;
}

function runMkfifo(paths: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(toolPath('mkfifo') ?? 'mkfifo', ['-m', '600', '--', ...paths], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const complaint: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => complaint.push(chunk));
    child.on('error', (cause) => reject(pipeError(cause.message, cause)));
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(pipeError(Buffer.concat(complaint).toString().trim())),
    );
  });
}

function pipeError(why: string, cause?: unknown): SpawnError {
  return new SpawnError(`cannot make the pipes for the output of services: ${why}`, {
    hint: 'is the file system of the runtime directory full or read-only?',
    cause,
  });
}

/**
 * Opens a named pipe for a service. Read-write, so that the service itself counts as a reader: it never gets SIGPIPE, and
 * while no supervisor reads, 64 KiB wait in the kernel (fifo(7)).
 */
export function openPipeForChild(path: string): number {
  return openSync(path, constants.O_RDWR);
}

/** Opens the reading end. Does not wait for a writer. `holdsOpen` counts as a writer itself, so there is never an end. */
export function openPipeForReading(path: string, { holdsOpen = false }: { holdsOpen?: boolean } = {}): number {
  return openSync(path, (holdsOpen ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NONBLOCK);
}
