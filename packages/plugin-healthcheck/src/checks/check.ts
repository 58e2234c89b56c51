import type { Probe } from '../probes/index.ts';

/**
 * What a check decides. `startup`: the service has come up (gates liveness). `readiness`: it may be used.
 * `liveness`: it is worth keeping.
 */
export type CheckKind = 'startup' | 'readiness' | 'liveness';

/** What happens when a check goes down. */
export type FailureAction = 'restart' | 'stop' | 'shutdown' | 'ignore';

/** Where a check's result comes from: a probe that is run, or a heartbeat that must arrive. */
export type CheckSource =
  { readonly type: 'probe'; readonly probe: Probe; readonly timeoutMs: number } | { readonly type: 'heartbeat' };

/** One check as configured: plain data with every default filled in. */
export interface Check {
  readonly name: string;
  readonly kind: CheckKind;
  readonly source: CheckSource;
  /** Time between two attempts; for a heartbeat, the time within which the next one must arrive. */
  readonly intervalMs: number;
  /** Time from the service's start to the first attempt. Counts again after every restart. */
  readonly initialDelayMs: number;
  /** Time after `initialDelayMs` in which failures are recorded but not counted. */
  readonly graceMs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
  readonly onFailure: FailureAction;
  /** Share of the interval, 0 to 1, over which checks are spread. */
  readonly jitter: number;
  /** Whether a failure is put down to a dependency that is down. */
  readonly blame: boolean;
}
