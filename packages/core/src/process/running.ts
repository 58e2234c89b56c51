import type { ChildProcess } from 'node:child_process';
import type { KillMode } from '../plan/plan.ts';
import type { ServiceCgroup } from './cgroup.ts';
import type { ProcessExit, ProcessIdentity, RunningProcess, SpawnRequest } from './contract.ts';
import { isAlive, livingStat, readStat, ticksNow } from './identity.ts';
import type { LayerParts } from './layer-parts.ts';
import { readNotifications } from './notify.ts';
import type { KnownSession } from './sweep.ts';

export interface RunningOptions {
  readonly request: SpawnRequest;
  readonly identity: ProcessIdentity;
  /** The session that the service runs in, and a process that is proven to be in it: its leader where that lives. */
  readonly session: { readonly id: number; readonly member: ProcessIdentity };
  readonly startedAtMs: number;
  readonly cgroup: ServiceCgroup | undefined;
  /** The cgroup holds everything that it forked. False: only what the wrapper wrote down can tell. */
  readonly wasBornInside: boolean;
  /** Undefined: adopted. */
  readonly child: ChildProcess | undefined;
}

/** Begins to track a generation that was just started or found alive. */
export function createRunning(options: RunningOptions, parts: LayerParts): Running {
  const { service, notifyFd } = options.request;
  const notifications = notifyFd === undefined ? undefined : readNotifications(service, parts.channels);
  const running = new Running(options, parts, notifications?.first);
  if (notifications !== undefined) {
    notifications.onLine = (line) => running.onNotifyLine?.(line);
    running.cleanups.add(notifications.close);
  }
  parts.processes.started(service, running);
  return running;
}

/** One generation of a service as the layer tracks it. */
export class Running implements RunningProcess {
  readonly adopted: boolean;
  readonly generation: string;
  readonly startedAtMs: number;
  readonly exited: Promise<ProcessExit>;
  readonly notified: Promise<void> | undefined;
  readonly forked: Promise<void>;
  readonly cgroup: ServiceCgroup | undefined;
  readonly wasBornInside: boolean;
  onNotifyLine: ((line: string) => void) | undefined = undefined;
  /** What has to be let go of at the end: followers, watchers, readers. */
  readonly cleanups: Set<() => void> = new Set();
  /** Looks whether a followed process is still there. */
  check: () => void = () => {};
  readonly #options: RunningOptions;
  readonly #parts: LayerParts;
  #identity: ProcessIdentity;
  #mainSession: number | undefined;
  #leaderEndedAtTicks: number | undefined;
  #mainEndedAtTicks: number | undefined;
  #hasExited = false;
  #resolveExited: (exit: ProcessExit) => void = () => {};
  #resolveForked: () => void = () => {};

  constructor(options: RunningOptions, parts: LayerParts, notified: Promise<void> | undefined) {
    this.#options = options;
    this.#parts = parts;
    this.#identity = options.identity;
    this.adopted = options.child === undefined;
    this.generation = options.request.generation;
    this.startedAtMs = options.startedAtMs;
    this.notified = notified;
    this.cgroup = options.cgroup;
    this.wasBornInside = options.wasBornInside;
    this.exited = new Promise((resolve) => {
      this.#resolveExited = resolve;
    });
    this.forked = new Promise((resolve) => {
      this.#resolveForked = resolve;
    });
    if (options.request.forkingPidFile === undefined || this.adopted) this.#resolveForked();
  }

  get identity(): ProcessIdentity {
    return this.#identity;
  }

  /** The sessions that hold this generation: the one made for it, and the one its main process made for itself. */
  get sessions(): readonly KnownSession[] {
    const { id, member } = this.#options.session;
    const first = { id, member, memberEndedAtTicks: this.#leaderEndedAtTicks };
    if (this.#mainSession === undefined || this.#mainSession === id) return [first];
    return [first, { id: this.#mainSession, member: this.#identity, memberEndedAtTicks: this.#mainEndedAtTicks }];
  }

  /** From now on this is the main process: the child of a durable parent, or a daemon in the background. */
  becomes(identity: ProcessIdentity): void {
    this.#identity = identity;
    this.#mainSession = livingStat(identity)?.session;
  }

  hasForked(): void {
    this.#resolveForked();
  }

  leaderEnded(): void {
    this.#leaderEndedAtTicks ??= ticksNow();
  }

  ended(status: { code: number | undefined; signal: NodeJS.Signals | undefined }): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    const isLeader = this.#identity === this.#options.identity;
    this.#mainEndedAtTicks = (isLeader ? this.#leaderEndedAtTicks : undefined) ?? ticksNow();
    this.release();
    const uptimeMs = Math.max(0, this.#parts.clock.nowMs() - this.startedAtMs);
    this.#resolveExited({ ...status, uptimeMs });
  }

  signal(signal: NodeJS.Signals, target: KillMode): boolean {
    const main = this.#livingMain();
    if (target === 'process') return main !== undefined && send(main.pid, signal);
    const group = main?.group ?? (this.#isLeaderHeld() ? this.#options.session.member.pid : undefined);
    const wasSent = group !== undefined && send(-group, signal);
    return this.#signalMembersOutside({ group, signal }) || wasSent;
  }

  sweep(timeoutMs: number): Promise<number> {
    this.check();
    return this.#parts.processes.sweepRunning(this.#options.request.service, this, timeoutMs);
  }

  release(): void {
    for (const cleanup of this.cleanups) cleanup();
    this.cleanups.clear();
    this.#options.child?.unref();
  }

  /** The number of a child that was not collected yet cannot belong to anybody else, so /proc need not be asked. */
  #livingMain(): { pid: number; group: number } | undefined {
    const { child } = this.#options;
    const { pid } = this.#identity;
    if (pid === child?.pid && this.#isLeaderHeld()) return { pid, group: pid };
    return this.#hasExited ? undefined : livingStat(this.#identity);
  }

  #isLeaderHeld(): boolean {
    const { child, session } = this.#options;
    if (child === undefined) return session.id === session.member.pid && isAlive(session.member);
    return child.exitCode === null && child.signalCode === null;
  }

  #signalMembersOutside({ group, signal }: { group: number | undefined; signal: NodeJS.Signals }): boolean {
    const pids = this.cgroup?.pids() ?? [];
    const outside = pids.filter((pid) => pid !== group && readStat(pid)?.group !== group);
    return outside.map((pid) => send(pid, signal)).includes(true);
  }
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
}
