import { constants } from 'node:os';
import type { ServiceType } from '../plan/plan.ts';
import type { ExitInfo, ExitOutcome } from './exit.ts';

/** What is known of an end. `code` and `signal` both undefined: nobody could collect it. */
export interface ExitFacts {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** A stop was asked for before it ended. */
  readonly requested: boolean;
  readonly stopSignal: NodeJS.Signals;
  readonly successExitCodes: readonly number[];
  readonly uptimeMs: number;
  readonly type: ServiceType;
  /** Why it never came to run or what it threw: a failure in any case. Leave it out for a start that was taken back. */
  readonly error?: string | undefined;
}

/** The end as everybody else sees it: status, restart policy, dependencies, exit code of the supervisor. */
export interface ExitJudgement {
  readonly info: ExitInfo;
  readonly state: 'STOPPED' | 'FAILED';
  /** A oneshot that ended with success. */
  readonly completed: boolean;
  /** Ended by SIGKILL or SIGTERM that nobody here asked for. */
  readonly unexpected: boolean;
}

/** THE table of ends, row by row; the first row that fits decides. */
export function interpretExit(facts: ExitFacts): ExitJudgement {
  const outcome = outcomeOf(facts);
  const { code, signal, requested, uptimeMs, error } = facts;
  const isFailure = outcome === 'failure' || outcome === 'killed' || (outcome === 'unknown' && !requested);
  const info: ExitInfo = {
    code,
    signal: code === undefined ? signal : undefined,
    requested,
    uptimeMs,
    outcome,
    failure: isFailure,
    ...(error === undefined ? {} : { error }),
  };
  return {
    info,
    state: outcome === 'failure' || (outcome === 'unknown' && !requested) ? 'FAILED' : 'STOPPED',
    completed: outcome === 'success' && facts.type === 'oneshot',
    unexpected: outcome === 'killed',
  };
}

function outcomeOf(facts: ExitFacts): ExitOutcome {
  const { code, signal, requested, stopSignal, successExitCodes, error } = facts;
  if (error !== undefined) return 'failure';
  if (code === undefined && signal === undefined) return 'unknown';
  if (code !== undefined && (code === 0 || successExitCodes.includes(code))) return 'success';
  const number = code === undefined ? numberOf(signal) : code - 128;
  if (requested && (KILLED_BY.has(number) || number === numberOf(stopSignal))) return 'stopped';
  return KILLED_BY.has(number) ? 'killed' : 'failure';
}

/** A shell reports a child's death by signal N as 128 + N. */
const KILLED_BY: ReadonlySet<number> = new Set([constants.signals.SIGKILL, constants.signals.SIGTERM]);

function numberOf(signal: NodeJS.Signals | undefined): number {
  return signal === undefined ? Number.NaN : constants.signals[signal];
}
