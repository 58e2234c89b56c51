import type { ServiceSpec } from '../plan/plan.ts';
import type { ServiceRecord } from '../store/contract.ts';
import type { ExitInfo } from './exit.ts';
import type { ExitJudgement } from './exit-status.ts';

/** The figures of one service: what happened so far, as plain numbers. */
export class Ledger {
  starts = 0;
  /** Restarts that nobody asked for. */
  restarts = 0;
  failures = 0;
  /** Failures since it was last stable. */
  consecutiveFailures = 0;
  /** From leaving PENDING to ready, of the last start. */
  startupMs: number | undefined;
  /** Time in PENDING before the last start. */
  dependencyWaitMs: number | undefined;
  /** From STOPPING to gone, of the last stop. */
  shutdownMs: number | undefined;
  lastExit: ExitInfo | undefined;
  completed = false;
  unexpected = false;
  gaveUp = false;

  /** Failures divided by starts, 0 to 1. */
  get failureRate(): number {
    return this.starts === 0 ? 0 : Math.min(1, this.failures / this.starts);
  }

  /** A start is being made. */
  beginStart(): void {
    this.starts += 1;
    this.completed = false;
    this.unexpected = false;
  }

  /** A run is over. A long enough time in RUNNING makes earlier failures forgotten. */
  endRun(judged: ExitJudgement, runningMs: number, { restart }: Pick<ServiceSpec, 'restart'>): void {
    this.lastExit = judged.info;
    this.completed = judged.completed;
    this.unexpected = judged.unexpected;
    if (runningMs >= restart.resetAfterMs && runningMs > 0) this.consecutiveFailures = 0;
  }

  countFailure(): void {
    this.failures += 1;
    this.consecutiveFailures += 1;
  }

  /** Somebody who may wants it up again: the budget is whole. */
  forgive(): void {
    this.gaveUp = false;
    this.consecutiveFailures = 0;
  }

  /** Takes over what an earlier supervisor counted. */
  restore(record: ServiceRecord): void {
    this.starts = record.starts;
    this.restarts = record.restarts;
    this.failures = record.failures;
    this.consecutiveFailures = record.consecutiveFailures;
    this.lastExit = record.lastExit;
    this.completed = record.completed;
    this.gaveUp = record.gaveUp;
  }
}
