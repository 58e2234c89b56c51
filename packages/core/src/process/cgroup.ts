import {
  existsSync,
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CgroupVisits } from './cgroup-visit.ts';

/**
 * The cgroup of one service, or of one run of a script: membership is inherited and cannot be left by forking or setsid.
 * Cgroups of type `threaded`: the wrapper, which has one thread, enters such a one in 0.05 ms. Entering any other takes a
 * system-wide lock and 5 to 15 ms (kernel/cgroup/cgroup.c, cgroup_procs_write_start), more than a whole restart.
 */
export interface ServiceCgroup {
  readonly directory: string;
  /** A process that writes `0` here enters, provided that it has one thread. */
  readonly entrance: string;
  /** Makes the directory if need be, and thaws it; false when the kernel refuses. */
  create(): boolean;
  /** Runs `fork` with the calling thread inside. Undefined: that cannot be, and it was not run. Throws what it throws. */
  forkInside<Child>(fork: () => Child): { readonly result: Child } | undefined;
  /** Moves another process in, with all its threads. Throws what `write` throws. */
  admit(pid: number): void;
  isPopulated(): boolean;
  /** Ids of the member processes. */
  pids(): readonly number[];
  /** Stops members from running, and so from forking, until thawed. They can still be killed. */
  freeze(isFrozen: boolean): void;
  /** Removes the directory if it is empty. */
  remove(): void;
  /** Calls back when the last member is gone. */
  onEmpty(listener: () => void): { close(): void };
}

/** Without `visits` nothing can be forked inside. */
export function serviceCgroup(directory: string, visits?: CgroupVisits): ServiceCgroup {
  return new ThreadedCgroup(directory, visits);
}

/** A class because there are hundreds: methods and paths are not kept for each. */
class ThreadedCgroup implements ServiceCgroup {
  readonly directory: string;
  readonly #visits: CgroupVisits | undefined;
  #isMade = false;

  constructor(directory: string, visits: CgroupVisits | undefined) {
    this.directory = directory;
    this.#visits = visits;
  }

  get entrance(): string {
    return this.#file('threads');
  }

  create(): boolean {
    const wasThere = existsSync(this.directory);
    if (!wasThere || !this.#isMade) this.#isMade = makeThreaded(this.directory);
    return this.#isMade && (!wasThere || this.#isThawed());
  }

  forkInside<Child>(fork: () => Child): { readonly result: Child } | undefined {
    return this.#visits?.during(this.directory, fork);
  }

  admit(pid: number): void {
    writeFileSync(this.#file('procs'), String(pid));
  }

  isPopulated(): boolean {
    const isOccupied = !this.#isStuckInside() || this.pids().length > 0;
    return isOccupied && readOr(this.#file('events'), '').includes('populated 1');
  }

  pids(): readonly number[] {
    return processesOf(threadsIn(this.directory)).filter((pid) => pid !== process.pid);
  }

  freeze(isFrozen: boolean): void {
    if (isFrozen && this.#isStuckInside()) return;
    writeIfThere(this.#file('freeze'), isFrozen ? '1' : '0');
  }

  remove(): void {
    removeTree(this.directory);
  }

  onEmpty(listener: () => void): { close(): void } {
    return watchEvents(this.#file('events'), () => this.isPopulated() || listener());
  }

  /**
   * Whoever enters a frozen cgroup is frozen, be it the thread of the supervisor. Somebody may have frozen it by hand, or a supervisor
   * that was killed while it swept.
   */
  #isThawed(): boolean {
    const file = this.#file('freeze');
    return readOr(file, '0').startsWith('0') || writeIfThere(file, '0');
  }

  /** This process, after a visit: it is not to be counted, killed or frozen for that. */
  #isStuckInside(): boolean {
    return this.#visits?.isStuckIn(this.directory) === true;
  }

  #file(name: string): string {
    return `${this.directory}/cgroup.${name}`;
  }
}

/** Makes a threaded cgroup; true when it exists afterwards. */
export function makeThreaded(directory: string): boolean {
  try {
    mkdirSync(directory);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' && isThreaded(directory);
  }
  if (writeIfThere(join(directory, 'cgroup.type'), 'threaded')) return true;
  removeTree(directory);
  return false;
}

function isThreaded(directory: string): boolean {
  const file = join(directory, 'cgroup.type');
  return readOr(file, '').trim() === 'threaded' || writeIfThere(file, 'threaded');
}

/** A service may have made cgroups of its own below. */
function threadsIn(directory: string): number[] {
  const own = readOr(join(directory, 'cgroup.threads'), '').split('\n').filter(Boolean).map(Number);
  return own.concat(...directoriesIn(directory).map((name) => threadsIn(join(directory, name))));
}

/** A threaded cgroup only lists threads. Each process is looked up once, for all of its threads. */
function processesOf(threads: readonly number[]): number[] {
  const seen = new Set<number>();
  const processes = new Set<number>();
  for (const thread of threads) {
    if (seen.has(thread)) continue;
    const pid = Number(/^Tgid:\s*(\d+)/m.exec(readOr(`/proc/${thread}/status`, ''))?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) continue;
    processes.add(pid);
    for (const name of namesIn(`/proc/${pid}/task`)) seen.add(Number(name));
  }
  return [...processes];
}

function removeTree(directory: string): void {
  for (const name of directoriesIn(directory)) removeTree(join(directory, name));
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
    // Without a watch the slow look at followed processes still notices the end.
  }
  return { close: () => watcher?.close() };
}

function writeIfThere(file: string, text: string): boolean {
  try {
    writeFileSync(file, text);
    return true;
  } catch {
    return false;
  }
}

export function directoriesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
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
