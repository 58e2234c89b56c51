import type { ProbeResult } from '../probes/index.ts';
import type { Check, CheckKind } from './check.ts';
import { appendHistory, type CheckRecord } from './history.ts';
import { isTriedOften } from './schedule.ts';

/**
 * The life of a check. `inactive`: its service does not run, or a startup check holds it back. `pending`: no threshold was
 * reached yet. From there `success_threshold` good results in a row lead to `up`, `failure_threshold` counted bad ones in
 * a row to `down`, and so on between the two. Only deactivation leads back to `inactive`, only activation to `pending`, with
 * the counters at zero: a restarted service starts with a clean sheet.
 */
export type CheckStatus = 'inactive' | 'pending' | 'up' | 'down';

/** A check's state: a value, replaced by each function here. */
export interface CheckState {
  readonly status: CheckStatus;
  /** Results of this sort in a row; one of the two is always 0. */
  readonly successes: number;
  readonly failures: number;
  /** Failures before this moment are not counted. Monotonic. */
  readonly countFromMs: number;
  readonly last: CheckRecord | undefined;
  readonly history: readonly CheckRecord[];
}

/** A transition between `pending`, `up` and `down`. There is none for a result that changes nothing. */
export interface CheckEvent {
  readonly type: 'up' | 'down';
  readonly check: string;
  readonly kind: CheckKind;
  readonly from: CheckStatus;
  readonly atMs: number;
  readonly record: CheckRecord;
  /** How many results in a row it took, and how many were needed: "failed 3/3". */
  readonly count: number;
  readonly threshold: number;
}

/** The state of a check that has not run. */
export const INACTIVE: CheckState = {
  status: 'inactive',
  successes: 0,
  failures: 0,
  countFromMs: 0,
  last: undefined,
  history: [],
};

/** The state from the service's start, or restart, at this moment. The history stays. */
export function activate(state: CheckState, check: Check, atMs: number): CheckState {
  return {
    ...INACTIVE,
    status: 'pending',
    countFromMs: countFrom(check, atMs),
    last: state.last,
    history: state.history,
  };
}

/** The state after the service has gone. The history stays. */
export function deactivate(state: CheckState): CheckState {
  return { ...INACTIVE, last: state.last, history: state.history };
}

/** Counts one result. Results that arrive after deactivation change nothing. */
export function countResult(
  state: CheckState,
  check: Check,
  { result, atMs, historySize = 20 }: { result: ProbeResult; atMs: number; historySize?: number },
): { state: CheckState; event?: CheckEvent } {
  if (state.status === 'inactive') return { state };
  const isCounted = result.ok || atMs >= state.countFromMs;
  const record: CheckRecord = { ...result, atMs, isCounted };
  const successes = result.ok ? state.successes + 1 : 0;
  const failures = result.ok ? 0 : isCounted ? state.failures + 1 : state.failures;
  const next = {
    ...state,
    successes,
    failures,
    last: record,
    history: appendHistory(state.history, record, historySize),
  };

  const type = reached(next, check);
  if (type === undefined || type === state.status) return { state: next };
  const [count, threshold] = type === 'up' ? [successes, check.successThreshold] : [failures, check.failureThreshold];
  const event: CheckEvent = {
    type,
    check: check.name,
    kind: check.kind,
    from: state.status,
    atMs,
    record,
    count,
    threshold,
  };
  return { state: { ...next, status: type }, event };
}

/** Whether a startup check is done: it runs until it has been up once. */
export function isDone(state: CheckState, check: Check): boolean {
  return check.kind === 'startup' && state.status === 'up';
}

function reached({ successes, failures }: CheckState, check: Check): 'up' | 'down' | undefined {
  if (successes >= check.successThreshold) return 'up';
  return failures >= check.failureThreshold ? 'down' : undefined;
}

/** While a service comes up it is tried often, so failures of its first interval say nothing. */
function countFrom(check: Check, atMs: number): number {
  const { initialDelayMs, graceMs, intervalMs } = check;
  return atMs + initialDelayMs + Math.max(graceMs, isTriedOften(check) ? intervalMs : 0);
}
