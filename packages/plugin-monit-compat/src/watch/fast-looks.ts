import type { Clock, Timer } from '@tappet/core';
import { planRules } from '../engine/rule-plan.ts';
import type { ProcessIdentity } from '../engine/sample.ts';
import type { MonitService } from '../model/configuration.ts';
import type { FollowProcess } from '../sample/follow-process.ts';
import { DeathWatch } from './death-watch.ts';

export interface FastLooksParts {
  readonly clock: Clock;
  readonly services: readonly MonitService[];
  /** Time between two looks at resource rules. */
  readonly fastMs: number;
  readonly follow: FollowProcess;
  /** Our own supervisor runs it: it tells of its end by itself. */
  isOwn(service: MonitService): boolean;
  identityOf(service: MonitService): ProcessIdentity | undefined;
  onDeath(service: MonitService): void;
  onResources(service: MonitService): void;
}

/** The looks between two cycles, for rules marked `fast`. Without any there is no timer. */
export class FastLooks {
  readonly #parts: FastLooksParts;
  readonly #byResources: readonly MonitService[];
  readonly #deaths: DeathWatch;
  #timer: Timer | undefined;

  constructor(parts: FastLooksParts) {
    this.#parts = parts;
    const processes = parts.services.filter(({ type }) => type === 'process');
    this.#byResources = processes.filter(({ rules }) =>
      rules.some(({ fast, test }) => fast && test.kind === 'resource'),
    );
    const services = processes.filter(
      (service) => !parts.isOwn(service) && planRules(service).existence.some(({ rule }) => rule.fast),
    );
    this.#deaths = new DeathWatch({ ...parts, services });
  }

  /** True when some service is measured between the cycles. */
  get measures(): boolean {
    return this.#byResources.length > 0;
  }

  start(): void {
    this.#deaths.start();
    if (this.#byResources.length > 0) this.#arm();
  }

  stop(): void {
    this.#deaths.stop();
    this.#timer?.cancel();
  }

  #arm(): void {
    const { clock, fastMs, onResources } = this.#parts;
    this.#timer = clock.setTimer(fastMs, () => {
      this.#arm();
      for (const service of this.#byResources) onResources(service);
    });
  }
}
