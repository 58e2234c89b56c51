import type { Actor, Cause } from './cause.ts';
import type { IntentResult } from './intent.ts';

/** What a service is being brought to, who asked, and who waits for the outcome. */
export class Goal {
  readonly wanted: 'up' | 'down';
  readonly actor: Actor;
  readonly cause: Cause;
  /** Go down first even when it is up. Cleared once it is down. */
  bounce: boolean;
  /** Aborts when another goal takes its place. */
  readonly abort: AbortController = new AbortController();
  #waiters: ((result: IntentResult) => void)[] = [];

  constructor(options: { wanted: 'up' | 'down'; actor: Actor; cause: Cause; bounce?: boolean }) {
    this.wanted = options.wanted;
    this.actor = options.actor;
    this.cause = options.cause;
    this.bounce = options.bounce ?? false;
  }

  /** Resolves when the goal is reached, missed, or superseded. */
  outcome(): Promise<IntentResult> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  settle(result: IntentResult): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve(result);
  }

  /** Gives way to another goal. Those who wait for the same direction go on waiting there. */
  yieldTo(next: Goal): void {
    if (next.wanted === this.wanted) {
      next.#waiters.push(...this.#waiters);
      this.#waiters = [];
    } else {
      this.settle({ outcome: 'superseded', message: `${next.actor} wants it ${next.wanted}: ${next.cause.reason}` });
    }
    this.abort.abort(new Error(`superseded by ${next.actor}`));
  }
}
