import type { Clock, Timer } from '@tappet/core';
import type { ProcessIdentity } from '../engine/sample.ts';
import type { MonitService } from '../model/configuration.ts';

export interface DeathWatchParts {
  readonly clock: Clock;
  readonly services: readonly MonitService[];
  /** The process of a service as it was last seen. */
  identityOf(service: MonitService): ProcessIdentity | undefined;
  isAlive: IsAlive;
  onDeath(service: MonitService): void;
}

/** Whether a process lives. `isWhole`: not deceived by a zombie or by another process under its number. */
export type IsAlive = (identity: ProcessIdentity, isWhole: boolean) => boolean;

/** Nobody tells us of the end of a process that is not our child, and Node has no pidfd. */
const LOOK_MS = 50;
/** Most looks are one cheap system call; each n-th is a whole one. */
const WHOLE_LOOK_EVERY = 20;

/**
 * Notices that processes which others run have ended, within 50 ms; a zombie within a second. One timer for all of them. Each process
 * is reported once, so that one which dies again and again is restarted between two cycles only once.
 */
export class DeathWatch {
  readonly #parts: DeathWatchParts;
  readonly #reported = new Map<string, ProcessIdentity>();
  #timer: Timer | undefined;
  #looks = 0;

  constructor(parts: DeathWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#parts.services.length === 0) return;
    this.#timer = this.#parts.clock.setTimer(LOOK_MS, () => {
      this.start();
      this.#look();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const { services, identityOf, isAlive, onDeath } = this.#parts;
    this.#looks += 1;
    const isWhole = this.#looks % WHOLE_LOOK_EVERY === 0;
    for (const service of services) {
      const identity = identityOf(service);
      if (identity === undefined || isSame(identity, this.#reported.get(service.name))) continue;
      if (isAlive(identity, isWhole)) continue;
      this.#reported.set(service.name, identity);
      onDeath(service);
    }
  }
}

function isSame(a: ProcessIdentity, b: ProcessIdentity | undefined): boolean {
  return a.pid === b?.pid && a.startTicks === b.startTicks;
}
