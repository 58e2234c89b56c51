import type { Clock, Timer } from '@tappet/core';
import type { ProcessIdentity } from '../engine/sample.ts';
import type { MonitService } from '../model/configuration.ts';
import type { FollowedProcess, FollowProcess } from '../sample/follow-process.ts';

export interface DeathWatchParts {
  readonly clock: Clock;
  readonly services: readonly MonitService[];
  readonly follow: FollowProcess;
  /** The process of a service as it was last seen. */
  identityOf(service: MonitService): ProcessIdentity | undefined;
  onDeath(service: MonitService): void;
}

const LOOK_MS = 50;

interface Watched {
  readonly identity: ProcessIdentity;
  /** Undefined: its end was reported. */
  process: FollowedProcess | undefined;
}

/**
 * Notices within 50 ms that processes which others run have ended. One timer for all of them. Each process is reported once, so that
 * one which dies again and again is restarted between two cycles only once.
 */
export class DeathWatch {
  readonly #parts: DeathWatchParts;
  readonly #watched = new Map<string, Watched>();
  #timer: Timer | undefined;

  constructor(parts: DeathWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#parts.services.length === 0) return;
    this.#timer = this.#parts.clock.setTimer(LOOK_MS, () => {
      this.start();
      for (const service of this.#parts.services) this.#look(service);
    });
  }

  stop(): void {
    this.#timer?.cancel();
    for (const { process } of this.#watched.values()) process?.close();
    this.#watched.clear();
  }

  #look(service: MonitService): void {
    const { identityOf, follow, onDeath } = this.#parts;
    const identity = identityOf(service);
    if (identity === undefined) return;
    let watched = this.#watched.get(service.name);
    if (watched === undefined || !isSame(watched.identity, identity)) {
      watched?.process?.close();
      watched = { identity, process: follow(identity) };
      this.#watched.set(service.name, watched);
    } else if (watched.process === undefined) return;
    if (watched.process?.isAlive() === true) return;
    watched.process?.close();
    watched.process = undefined;
    onDeath(service);
  }
}

function isSame(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startTicks === b.startTicks;
}
