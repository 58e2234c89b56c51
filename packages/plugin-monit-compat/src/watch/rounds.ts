import type { Clock, Logger } from '@tappet/core';
import { beginPass, prerequisitesHold } from '../engine/evaluate.ts';
import type { Sample } from '../engine/sample.ts';
import type { ServiceState } from '../engine/service-state.ts';
import type { MonitConfiguration, MonitService } from '../model/configuration.ts';
import type { Prober } from '../probe/prober.ts';
import { withProbes } from '../sample/sampler.ts';
import type { Orders } from './orders.ts';
import type { OwnServices } from './own-services.ts';
import { makeProbes, wantsProbes } from './probing.ts';
import type { Sampling } from './sampling.ts';

/** What a service is judged by in one cycle. */
export interface Look {
  readonly service: MonitService;
  /** Undefined: nothing was measured. */
  readonly sample: Sample | undefined;
  readonly isDue: boolean;
}

export interface RoundsParts {
  readonly configuration: MonitConfiguration;
  /** Names in the control language → names of our own services. */
  readonly own: ReadonlyMap<string, string>;
  readonly state: Map<string, ServiceState>;
  readonly orders: Orders;
  readonly clock: Clock;
  readonly log: Logger;
  readonly services: OwnServices;
  readonly sampling: Sampling;
  readonly prober: Prober;
  readonly signal: AbortSignal;
  judge(look: Look): void;
}

/**
 * Measures and probes. Each service is busy by itself: while it is probed or acted upon it sits out, and nobody else waits for it,
 * except what depends on it.
 */
export class Rounds {
  readonly #parts: RoundsParts;
  /** Services that are being probed. */
  readonly #probing = new Set<string>();

  constructor(parts: RoundsParts) {
    this.#parts = parts;
  }

  isBusy(name: string): boolean {
    return this.#probing.has(name) || this.#parts.orders.has(name);
  }

  /** Somebody acts upon the service: what is being measured of it says nothing any more. */
  forget(name: string): void {
    this.#probing.delete(name);
  }

  /** Has every service judged whose turn it is, those that must be probed when that is done. */
  begin(): void {
    const { configuration, state, clock, sampling, judge } = this.#parts;
    const begun = beginPass({ configuration, state, wallMs: clock.wallMs() });
    for (const [name, value] of begun.state) state.set(name, value);
    const due = new Set([...begun.due].filter((name) => !this.isBusy(name)));
    const samples = sampling.samplePass(due, clock.nowMs(), { startsPrograms: false });
    const round = new Map<string, Promise<void>>();
    for (const service of configuration.services) {
      const { name } = service;
      if (this.isBusy(name) || state.get(name)?.monitoring === 'no') continue;
      const look = this.#ownWord({ service, sample: samples.get(name), isDue: due.has(name) });
      const waits = service.prerequisites.flatMap((other) => round.get(other) ?? []);
      if (waits.length === 0 && !this.#mustProbe(look)) judge(look);
      else round.set(name, this.#judgeLater(look, waits));
    }
  }

  #ownWord(look: Look): Look {
    const { service, sample, isDue } = look;
    const { own, services } = this.#parts;
    const ownName = own.get(service.name);
    if (ownName === undefined) return look;
    if (services.isOff(ownName)) return { service, sample: undefined, isDue: false };
    return {
      service,
      sample: isDue ? services.correct(ownName, sample, service.type === 'process') : undefined,
      isDue,
    };
  }

  #mustProbe({ service, sample, isDue }: Look): boolean {
    const { configuration, state } = this.#parts;
    return (
      isDue &&
      sample !== undefined &&
      prerequisitesHold(service, state) &&
      wantsProbes({ service, configuration, sample })
    );
  }

  async #judgeLater(look: Look, waits: readonly Promise<void>[]): Promise<void> {
    const { service } = look;
    const { name } = service;
    const { configuration, prober, signal, judge, log } = this.#parts;
    this.#probing.add(name);
    try {
      await Promise.all(waits);
      let { sample } = look;
      if (sample !== undefined && this.#mustProbe(look))
        sample = withProbes(sample, await makeProbes({ service, configuration, sample, prober, signal }));
      // Unless somebody acted upon the service meanwhile.
      if (!signal.aborted && this.#probing.delete(name)) judge({ ...look, sample });
    } catch (error) {
      this.#probing.delete(name);
      log.error(error instanceof Error ? { err: error } : {}, `cannot check ${name}`);
    }
  }
}
