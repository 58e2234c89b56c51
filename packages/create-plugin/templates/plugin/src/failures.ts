import type { Clock } from '@tappet/core';

const HOUR_MS = 3_600_000;

/** The failures of each service within the last hour. Time comes from a clock, so that a test can move it. */
export class Failures {
  readonly #clock: Clock;
  readonly #timesMs = new Map<string, number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(service: string): void {
    this.#timesMs.set(service, [...this.#recent(service), this.#clock.nowMs()]);
  }

  count(service: string): number {
    return this.#recent(service).length;
  }

  #recent(service: string): number[] {
    const hourAgoMs = this.#clock.nowMs() - HOUR_MS;
    return (this.#timesMs.get(service) ?? []).filter((timeMs) => timeMs > hourAgoMs);
  }
}
