import type { Plan, ServiceSpec } from '../plan/plan.ts';
import type { PlanDiff } from '../plan/diff.ts';
import type { ExitInfo } from '../service/exit.ts';
import type { ServiceState } from '../service/state.ts';
import type { Cause } from '../service/cause.ts';

/** What a plugin sees of a service. Values are those of the moment of reading. */
export interface ServiceView {
  readonly name: string;
  readonly spec: ServiceSpec;
  readonly state: ServiceState;
  /** Undefined while no process exists, and for in-process components. */
  readonly pid: number | undefined;
  /** Automatic restarts since the supervisor started. */
  readonly restarts: number;
  /** Time since the current process was started, undefined while there is none. */
  readonly uptimeMs: number | undefined;
}

/** Exactly what is about to be spawned. */
export interface SpawnSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly umask: number;
  /** `merged`: one pipe for both, so that their order is kept. `split`: stderr has a pipe of its own. */
  readonly output: 'merged' | 'split';
}

/** Which of a service's outputs: `output` is both together, the others only exist when they are split. */
export type OutputStream = 'output' | 'stdout' | 'stderr';

/** Takes the bytes of a service. */
export interface OutputSink {
  /**
   * Takes a chunk. The buffer is shared and only valid during the call: write it synchronously or copy it.
   * Returns false to be left alone until `resume` of the `onOutput` payload is called.
   */
  write(chunk: Uint8Array): boolean;
  /** No more chunks will come: flush and release. Awaited for at most the deadline of the hook. */
  close?(): void | Promise<void>;
}

export interface BeforeStartPayload {
  readonly service: ServiceView;
  readonly cause: Cause;
  /** Aborts when the start is taken back. */
  readonly signal: AbortSignal;
}

export interface SpawnSpecPayload {
  readonly service: ServiceView;
}

export interface OnSpawnPayload {
  readonly service: ServiceView;
  readonly pid: number;
  /** Start time of the process in clock ticks since boot (field 22 of /proc/PID/stat). */
  readonly startTime: number;
  /** True when it was started by an earlier supervisor and only taken over. */
  readonly adopted: boolean;
}

export interface CheckReadyPayload {
  readonly service: ServiceView;
  /** Aborts when the process ended or the start is taken back. */
  readonly signal: AbortSignal;
}

export interface OnReadyPayload {
  readonly service: ServiceView;
  /** From leaving PENDING to ready. */
  readonly startupMs: number;
}

export interface OnOutputPayload {
  readonly service: ServiceView;
  readonly stream: OutputStream;
  /** Call it when a sink that returned false can take bytes again. */
  readonly resume: () => void;
}

export interface OnExitPayload {
  readonly service: ServiceView;
  readonly exit: ExitInfo;
}

export interface DecideRestartPayload {
  readonly service: ServiceView;
  readonly exit: ExitInfo;
  /** Consecutive failures including this one. */
  readonly failures: number;
}

export interface RestartDecision {
  readonly restart: boolean;
  readonly reason: string;
  /** Pause before the restart; the policy's own when absent. */
  readonly delayMs?: number;
}

export interface BeforeStopPayload {
  readonly service: ServiceView;
  readonly cause: Cause;
  /** Aborts at the deadline, or when the process ended by itself. */
  readonly signal: AbortSignal;
}

export interface OnStopPayload {
  readonly service: ServiceView;
  readonly exit: ExitInfo;
}

export interface OnStateChangePayload {
  readonly service: ServiceView;
  readonly from: ServiceState;
  readonly to: ServiceState;
  readonly cause: Cause;
}

export interface OnReloadPayload {
  readonly plan: Plan;
  readonly previous: Plan;
  readonly diff: PlanDiff;
}

export interface OnShutdownPayload {
  readonly cause: Cause;
  readonly exitCode: number;
  /** Aborts when the time for the whole shutdown is over. */
  readonly signal: AbortSignal;
}
