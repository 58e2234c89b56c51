import { spawnSync } from 'node:child_process';
import { closeSync, constants, fstatSync, ftruncateSync, linkSync, openSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, readIdentity } from '../process/identity.ts';
import type { ProcessIdentity } from '../process/contract.ts';

/** The right to run a project; held until `release` or the end of this process, however that comes. */
export interface Lock {
  /** `remove` takes the file away as well. From here on everything in the directory may be a successor's. */
  release(options?: { remove: boolean }): void;
}

/** Somebody else has it; `pid` is undefined when the holder cannot be told. */
export interface LockHolder {
  readonly pid: number | undefined;
}

const LOCK_FILE = 'lock';
const PID_FILE = 'lock.pid';

/** Whether a file of a runtime directory belongs to its lock. */
export function isLock(name: string): boolean {
  return name === LOCK_FILE || name.startsWith(PID_FILE);
}

/**
 * Takes the lock of a runtime directory. `flock` of util-linux locks our own open descriptor: the lock belongs to the open
 * file, so it stays with us when the tool ends and goes with our last descriptor (flock(2)). Where there is no such tool a
 * file tells the holder, who is believed as long as exactly that process lives.
 */
export function takeLock(directory: string, { useFlock = true }: { useFlock?: boolean } = {}): Lock | LockHolder {
  return (useFlock ? takeWithFlock(directory) : undefined) ?? takeWithPidFile(directory);
}

/** The process id of the daemon that holds the lock of this directory, undefined when none does. */
export function readHolder(directory: string): number | undefined {
  const holder = parseHolder(join(directory, LOCK_FILE)) ?? parseHolder(join(directory, PID_FILE));
  return holder !== undefined && isAlive(holder) ? holder.pid : undefined;
}

const CONFLICT = 1;
/** A child of a daemon that was killed may hold a copy of its descriptor for the moment between fork and exec. */
const ORPHAN_TRIES = 5;
const ORPHAN_PAUSE_MS = 25;

function takeWithFlock(directory: string): Lock | LockHolder | undefined {
  const path = join(directory, LOCK_FILE);
  for (let attempt = 1; ; attempt++) {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    const { status } = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    if (status === 0 && isStillThere(fd, path)) {
      writeHolder(fd);
      return {
        release({ remove } = { remove: false }) {
          if (remove) rmSync(path, { force: true });
          closeSync(fd);
        },
      };
    }
    closeSync(fd);
    if (status !== 0 && status !== CONFLICT) return undefined;
    const pid = readHolder(directory);
    if (pid !== undefined || attempt === ORPHAN_TRIES) return { pid };
    if (status === CONFLICT) block(ORPHAN_PAUSE_MS);
  }
}

/** A holder that finished cleanly may have removed the file between our open and our lock. */
function isStillThere(fd: number, path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
}

function writeHolder(fd: number): void {
  try {
    ftruncateSync(fd);
    writeSync(fd, holderText(), 0);
  } catch {
    // On a full disk the lock still holds; only its message cannot name us.
  }
}

function takeWithPidFile(directory: string): Lock | LockHolder {
  const path = join(directory, PID_FILE);
  const own = join(directory, `${PID_FILE}.${process.pid}`);
  writeFileSync(own, holderText(), { mode: 0o600 });
  try {
    for (;;) {
      if (linksTo(own, path)) return { release: () => rmSync(path, { force: true }) };
      const holder = parseHolder(path);
      if (holder !== undefined && isAlive(holder)) return { pid: holder.pid };
      setAside(path);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** link(2) fails when the name exists, and the file has its whole content from the first moment. */
function linksTo(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a stale lock away; puts it back when somebody else renewed it in between. */
function setAside(path: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = parseHolder(aside);
  if (moved !== undefined && isAlive(moved)) linksTo(aside, path);
  rmSync(aside, { force: true });
}

function holderText(): string {
  return JSON.stringify(readIdentity(process.pid));
}

function parseHolder(file: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8').slice(0, 1024));
    return isIdentity(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startTime, bootId } = value as Partial<Record<string, unknown>>;
  return (
    Number.isSafeInteger(pid) && (pid as number) > 0 && Number.isSafeInteger(startTime) && typeof bootId === 'string'
  );
}

/** Taking the lock is synchronous on purpose: nothing else of the daemon runs before it is held. */
function block(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
