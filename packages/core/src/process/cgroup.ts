import { accessSync, constants, existsSync, type FSWatcher, mkdirSync, watch } from 'node:fs';
import { readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The cgroup of one service (or one script): membership is inherited and cannot be left by forking or setsid. */
export interface ServiceCgroup {
  readonly directory: string;
  /** Writing a process id to this file moves the process in. */
  readonly procs: string;
  /** Makes the directory; false when the kernel refuses. */
  create(): boolean;
  isPopulated(): boolean;
  pids(): readonly number[];
  /** Sends SIGKILL to every member at once, in one system call that no fork outruns. */
  kill(): void;
  /** Removes the directory if it is empty. */
  remove(): void;
  /** Calls back when the last member is gone. */
  onEmpty(listener: () => void): { close(): void };
}

/** Where the cgroups of a project live. */
export interface CgroupTree {
  readonly directory: string;
  of(name: string): ServiceCgroup;
  /** Names of all cgroups that exist under this project. */
  names(): readonly string[];
  /** Removes the project's directory if nothing is left below it. */
  remove(): void;
}

/**
 * Makes `<own cgroup>/tappet-<projectId>` in the cgroup v2 hierarchy. Returns the reason as text when that cannot be had:
 * no such mount (mixed v1/v2 mounts count), a read-only or foreign tree, or a kernel before 5.14 without `cgroup.kill`.
 */
export function openCgroupTree(projectId: string): CgroupTree | string {
  const own = ownCgroup();
  if (own === undefined) return 'no cgroup v2 is mounted';
  const directory = join(own, `tappet-${projectId}`);
  try {
    accessSync(join(own, 'cgroup.procs'), constants.W_OK);
    mkdirSync(directory, { recursive: true });
    accessSync(join(directory, 'cgroup.procs'), constants.W_OK);
  } catch {
    return `the cgroup ${own} is not writable`;
  }
  if (!existsSync(join(directory, 'cgroup.kill'))) return 'this kernel has no cgroup.kill (Linux 5.14)';
  if (readOr(join(directory, 'cgroup.type'), '').trim() !== 'domain') return `the cgroup ${own} is threaded`;
  return {
    directory,
    of: (name) => serviceCgroup(join(directory, name)),
    names: () => directoriesIn(directory),
    remove: () => removeDirectory(directory),
  };
}

/** The cgroup v2 directory of a process, or undefined. */
export function cgroupOf(pid: number | 'self'): string | undefined {
  const mount = cgroupMount();
  const path = readOr(`/proc/${pid}/cgroup`, '')
    .split('\n')
    .find((line) => line.startsWith('0::'))
    ?.slice(3);
  // A path through `..` lies outside this cgroup namespace and cannot be reached through the mount.
  return mount === undefined || path === undefined || path.includes('/..') ? undefined : join(mount, path);
}

function ownCgroup(): string | undefined {
  return cgroupOf('self');
}

let knownMount: string | undefined;

function cgroupMount(): string | undefined {
  knownMount ??= readOr('/proc/self/mounts', '')
    .split('\n')
    .map((line) => line.split(' '))
    .find((fields) => fields[2] === 'cgroup2')?.[1]
    ?.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)));
  return knownMount;
}

export function serviceCgroup(directory: string): ServiceCgroup {
  const events = join(directory, 'cgroup.events');
  const isPopulated = (): boolean => readOr(events, '').includes('populated 1');
  return {
    directory,
    procs: join(directory, 'cgroup.procs'),
    create: () => isMade(directory),
    isPopulated,
    pids: () => membersOf(directory),
    kill() {
      try {
        writeFileSync(join(directory, 'cgroup.kill'), '1');
      } catch {
        // Gone already: nothing is left to be killed.
      }
    },
    remove: () => removeTree(directory),
    onEmpty: (listener) => watchEvents(events, () => isPopulated() || listener()),
  };
}

function isMade(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** A service may have made cgroups of its own below (a container runtime does). */
function membersOf(directory: string): number[] {
  const own = readOr(join(directory, 'cgroup.procs'), '').split('\n').filter(Boolean).map(Number);
  return own.concat(...directoriesIn(directory).map((name) => membersOf(join(directory, name))));
}

function removeTree(directory: string): void {
  for (const name of directoriesIn(directory)) removeTree(join(directory, name));
  removeDirectory(directory);
}

function removeDirectory(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Still populated or gone already; both are found again when it matters.
  }
}

/** The kernel reports each change of `cgroup.events` through inotify (cgroup-v2.rst, "Un-populated Notification"). */
function watchEvents(file: string, listener: () => void): { close(): void } {
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(file, { persistent: false }, listener);
    watcher.on('error', () => watcher?.close());
  } catch {
    // Without a watch the slow check of followed processes still notices the end.
  }
  return { close: () => watcher?.close() };
}

function directoriesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function readOr(file: string, fallback: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return fallback;
  }
}
