import type { ChildProcess } from 'node:child_process';
import type { KillMode } from '../plan/plan.ts';
import type { ServiceCgroup } from './cgroup.ts';
import type { ProcessExit, ProcessIdentity, RunningProcess } from './contract.ts';
import { isAlive, livingStat, readStat, ticksNow } from './identity.ts';
import type { KnownSession } from './sweep.ts';

/** One generation of a service as the layer tracks it. */
export interface RunningOptions {
  readonly identity: ProcessIdentity;
  /** First process of the session that the wrapper made: the main process itself, or the parent of a durable one. */
  readonly leader: ProcessIdentity;
  readonly adopted: boolean;
  readonly generation: string;
  readonly startedAtMs: number;
  readonly notified: Promise<void> | undefined;
  readonly cgroup: ServiceCgroup | undefined;
  readonly child: ChildProcess | undefined;
  readonly nowMs: () => number;
  readonly sweep: (running: Running, timeoutMs: number) => Promise<number>;
}

export class Running implements RunningProcess {
  readonly adopted: boolean;
  readonly generation: string;
  readonly startedAtMs: number;
  readonly exited: Promise<ProcessExit>;
  readonly notified: Promise<void> | undefined;
  readonly cgroup: ServiceCgroup | undefined;
  onNotifyLine: ((line: string) => void) | undefined = undefined;
  /** What has to be let go of at the end: followers, watchers, readers. */
  readonly cleanups: Set<() => void> = new Set();
  /** Looks whether a followed process is still there. */
  check: () => void = () => {};
  readonly #options: RunningOptions;
  #identity: ProcessIdentity;
  #leaderEndedAtTicks: number | undefined;
  #hasExited = false;
  #resolveExited: (exit: ProcessExit) => void = () => {};

  constructor(options: RunningOptions) {
    this.#options = options;
    this.#identity = options.identity;
    this.adopted = options.adopted;
    this.generation = options.generation;
    this.startedAtMs = options.startedAtMs;
    this.notified = options.notified;
    this.cgroup = options.cgroup;
    this.exited = new Promise((resolve) => {
      this.#resolveExited = resolve;
    });
  }

  get identity(): ProcessIdentity {
    return this.#identity;
  }

  get session(): KnownSession {
    return { leader: this.#options.leader, leaderEndedAtTicks: this.#leaderEndedAtTicks };
  }

  /** A service that put itself into the background: this is its main process from now on. */
  becomes(identity: ProcessIdentity): void {
    this.#identity = identity;
  }

  leaderEnded(): void {
    this.#leaderEndedAtTicks ??= ticksNow();
  }

  ended(status: { code: number | undefined; signal: NodeJS.Signals | undefined }): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    this.#letGo();
    this.#resolveExited({ ...status, uptimeMs: Math.max(0, this.#options.nowMs() - this.startedAtMs) });
  }

  signal(signal: NodeJS.Signals, target: KillMode): boolean {
    const main = this.#livingMain();
    if (target === 'process') return main !== undefined && send(main.pid, signal);
    const group = main?.group ?? (this.#isLeaderHeld() ? this.#options.leader.pid : undefined);
    const wasSent = group !== undefined && send(-group, signal);
    return this.#signalMembersOutside({ group, signal }) || wasSent;
  }

  sweep(timeoutMs: number): Promise<number> {
    this.check();
    return this.#options.sweep(this, timeoutMs);
  }

  release(): void {
    this.#letGo();
    this.#options.child?.unref();
  }

  /** The number of a child that was not collected yet cannot belong to anybody else, so /proc need not be asked. */
  #livingMain(): { pid: number; group: number } | undefined {
    const { child, leader } = this.#options;
    const isChild = this.#identity.pid === child?.pid;
    if (isChild && this.#isLeaderHeld()) return { pid: leader.pid, group: leader.pid };
    return this.#hasExited ? undefined : livingStat(this.#identity);
  }

  #isLeaderHeld(): boolean {
    const { child, leader } = this.#options;
    if (child === undefined) return isAlive(leader);
    return child.exitCode === null && child.signalCode === null;
  }

  #signalMembersOutside({ group, signal }: { group: number | undefined; signal: NodeJS.Signals }): boolean {
    const pids = this.cgroup?.pids() ?? [];
    const outside = pids.filter((pid) => pid !== group && readStat(pid)?.group !== group);
    return outside.map((pid) => send(pid, signal)).includes(true);
  }

  #letGo(): void {
    for (const cleanup of this.cleanups) cleanup();
    this.cleanups.clear();
  }
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
}
