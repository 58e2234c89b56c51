import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { NewEvent, SupervisorEvent } from './events.ts';

/** Numbers events, keeps the last of them, and hands each to every listener. A listener that throws is logged, never felt. */
export class EventBus {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listeners = new Set<(event: SupervisorEvent) => void>();
  readonly #recent: SupervisorEvent[] = [];
  #seq = 0;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  emit(event: NewEvent): void {
    const numbered: SupervisorEvent = {
      seq: ++this.#seq,
      time: new Date(this.#clock.wallMs()).toISOString(),
      ...event,
    };
    this.#recent.push(numbered);
    if (this.#recent.length > 2 * RECENT_EVENTS) this.#recent.splice(0, RECENT_EVENTS);
    for (const listener of this.#listeners) {
      try {
        listener(numbered);
      } catch (error) {
        this.#log.error({ err: error }, 'an event listener threw');
      }
    }
  }

  subscribe(listener: (event: SupervisorEvent) => void): () => void {
    // A wrapper of its own, so that one function subscribed twice is called twice and removed once.
    const entry = (event: SupervisorEvent): void => listener(event);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  recent(): readonly SupervisorEvent[] {
    return this.#recent.slice(-RECENT_EVENTS);
  }
}

const RECENT_EVENTS = 200;
