import type { SupervisorEvent } from '@tappet/core';

/** Somebody who wants each event as it happens. */
export interface EventFollower {
  event(event: SupervisorEvent): void;
  /** No more will come. */
  end(): void;
}

const KEPT = 256;

/** The last events of a supervisor and those who follow them. Survives reloads, so that a follower misses nothing. */
export class EventHistory {
  #events: SupervisorEvent[] = [];
  readonly #followers = new Set<EventFollower>();

  /** Number of the newest event, 0 before the first. */
  get lastSeq(): number {
    return this.#events.at(-1)?.seq ?? 0;
  }

  add(event: SupervisorEvent): void {
    // Two generations listen at the same time during a reload; the number tells their copies apart.
    if (event.seq <= this.lastSeq) return;
    this.#events.push(event);
    if (this.#events.length > 2 * KEPT) this.#events = this.#events.slice(-KEPT);
    for (const follower of this.#followers) follower.event(event);
  }

  /** The last `count` events, oldest first, at most 256. */
  last(count: number): readonly SupervisorEvent[] {
    return count === 0 ? [] : this.#events.slice(-Math.min(count, KEPT));
  }

  /** Returns what ends it. */
  follow(follower: EventFollower): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Ends every follower. */
  end(): void {
    for (const follower of this.#followers) follower.end();
    this.#followers.clear();
  }
}
