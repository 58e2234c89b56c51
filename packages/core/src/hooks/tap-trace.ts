import type { TapReport } from '../plugin/report.ts';
import { Histogram } from './histogram.ts';
import { HOOKS, type HookName } from './hooks.ts';
import type { TapStage } from '../plugin/context.ts';

/** A tap that holds the event loop this long is slow: nothing else runs meanwhile. */
export const SLOW_BLOCK_MS = 100;

/** A tap that holds the event loop this long has overrun, whatever its hook. */
export const BLOCK_LIMIT_MS = 500;

/** How many of the last calls decide whether a tap is slow. */
const RECENT_CALLS = 0xff;

/** Who a tap is. */
export interface TapIdentity {
  readonly plugin: string;
  readonly hook: HookName;
  /** `plugin:tap` */
  readonly label: string;
  readonly stage: TapStage;
  readonly deadlineMs: number | undefined;
}

/**
 * What one tap did so far, and whether it is still called.
 *
 * Which failures count towards quarantine depends on what skipping the tap would do. Taps of observe and decide hooks and of
 * `beforeStop` count with every throw and overrun. `beforeStart` counts overruns only: a throw is a veto, its job. Transforms
 * and `checkReady` are never quarantined: without them something else than what was configured would run or count as ready.
 */
export class TapTrace {
  readonly identity: TapIdentity;
  readonly #durations = new Histogram();
  readonly #quarantineAfter: number;
  #calls = 0;
  #errors = 0;
  #timeouts = 0;
  #failuresInARow = 0;
  /** One bit for each of the last eight calls, set when it was slow. */
  #recentlySlow = 0;
  #isQuarantined = false;
  #isOff = false;
  #lastError: string | null = null;

  constructor(identity: TapIdentity, quarantineAfter: number) {
    this.identity = identity;
    this.#quarantineAfter = quarantineAfter;
  }

  get isQuarantined(): boolean {
    return this.#isQuarantined;
  }

  /** Its plugin was switched off: it is left out for good, without a word. */
  get isOff(): boolean {
    return this.#isOff;
  }

  get isSlow(): boolean {
    return this.#recentlySlow !== 0;
  }

  /** Takes the measure of a finished call. True when it made the tap slow that was not slow before. */
  finished(blockedMs: number, totalMs: number): boolean {
    this.#calls++;
    this.#durations.add(totalMs);
    const wasSlow = this.#recentlySlow !== 0;
    const { deadlineMs } = this.identity;
    const isSlow = blockedMs >= SLOW_BLOCK_MS || (deadlineMs !== undefined && totalMs >= deadlineMs / 2);
    this.#recentlySlow = ((this.#recentlySlow << 1) | (isSlow ? 1 : 0)) & RECENT_CALLS;
    return isSlow && !wasSlow;
  }

  succeeded(): void {
    this.#failuresInARow = 0;
  }

  /** Counts a failure. True when it was the one too many: the tap is quarantined from now on. */
  failed(message: string, { overran }: { readonly overran: boolean }): boolean {
    if (overran) this.#timeouts++;
    else this.#errors++;
    this.#lastError = message;
    if (!countsTowardsQuarantine(this.identity.hook, overran)) return false;
    this.#failuresInARow++;
    if (this.#isQuarantined || this.#failuresInARow < this.#quarantineAfter) return false;
    this.#isQuarantined = true;
    return true;
  }

  /** Takes a quarantined tap back into service; false when it is not quarantined. */
  release(): boolean {
    if (!this.#isQuarantined) return false;
    this.#isQuarantined = false;
    this.#failuresInARow = 0;
    return true;
  }

  switchOff(): void {
    this.#isOff = true;
  }

  report(): TapReport {
    const { hook, label, stage } = this.identity;
    return {
      hook,
      label,
      stage,
      calls: this.#calls,
      errors: this.#errors,
      timeouts: this.#timeouts,
      p50Ms: this.#durations.quantileMs(0.5),
      p99Ms: this.#durations.quantileMs(0.99),
      maxMs: this.#durations.maxMs,
      slow: this.isSlow,
      quarantined: this.#isQuarantined,
      lastError: this.#lastError,
    };
  }
}

function countsTowardsQuarantine(hook: HookName, overran: boolean): boolean {
  const { kind } = HOOKS[hook];
  if (kind === 'observe' || kind === 'decide' || hook === 'beforeStop') return true;
  return hook === 'beforeStart' && overran;
}
