import type { Clock } from '../clock.ts';

/** More errors than these within {@link FAULTS_WITHIN_MS} are a flood. */
export const MOST_FAULTS = 20;
export const FAULTS_WITHIN_MS = 10_000;

/** Errors of plugins that nobody caught, as far as they are recent. */
export class Faults {
  readonly #clock: Clock;
  readonly #timesMs = new Map<string, readonly number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one. True when there were too many of this plugin lately. */
  isFlood(plugin: string): boolean {
    const nowMs = this.#clock.nowMs();
    const recent = (this.#timesMs.get(plugin) ?? []).filter((atMs) => atMs > nowMs - FAULTS_WITHIN_MS);
    // One more than the limit says as much as any number.
    this.#timesMs.set(plugin, [...recent, nowMs].slice(-MOST_FAULTS - 1));
    return recent.length >= MOST_FAULTS;
  }
}
