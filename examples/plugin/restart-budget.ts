import { type Clock, definePlugin } from '@tappet/core';
import { z } from 'zod';

const HOUR_MS = 3_600_000;

/** Refuses the restart of a service that was restarted too often within the last hour. */
export default definePlugin({
  name: 'restart-budget',
  configSchema: z.strictObject({ perHour: z.number().int().positive().default(20) }), // [plugins.restart-budget]
  serviceSchema: z.strictObject({ perHour: z.number().int().positive().optional() }), // [services.restart-budget]
  setup({ config, serviceConfig, hooks, log, clock, carry, describe }) {
    // A reload makes a new generation of every plugin; what was spent is to be remembered.
    const budget = carry('budget', () => new Budget(clock));

    hooks.decideRestart.tap('budget', ({ service }) => {
      const limit = serviceConfig(service).perHour ?? config.perHour;
      if (budget.spent(service.name) < limit) {
        budget.spend(service.name);
        return undefined; // no opinion: the restart policy of the service decides
      }
      log.warn(`${service.name} was restarted ${limit} times within an hour`);
      return { restart: false, reason: `restart budget of ${limit} an hour spent` };
    });

    describe((service) => ({ restartsLastHour: budget.spent(service.name) }));
  },
});

/** Counts restarts by service, on the clock of the supervisor, so that a test needs no hour. */
class Budget {
  readonly #clock: Clock;
  readonly #restartsMs = new Map<string, readonly number[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  spent(service: string): number {
    return this.#recent(service).length;
  }

  spend(service: string): void {
    this.#restartsMs.set(service, [...this.#recent(service), this.#clock.nowMs()]);
  }

  #recent(service: string): readonly number[] {
    const sinceMs = this.#clock.nowMs() - HOUR_MS;
    return (this.#restartsMs.get(service) ?? []).filter((atMs) => atMs > sinceMs);
  }
}
