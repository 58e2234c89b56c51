import type { ServiceContext, ServiceFacts } from './facts.ts';
import { Goal } from './goal.ts';
import type { RunEnd } from './runner.ts';

/** What a service is being brought to, and what its last run left to be dealt with. */
export class Pursuit {
  readonly service: ServiceFacts;
  readonly context: ServiceContext;
  /** The end of the current run, once it is known and until it is dealt with. */
  end: RunEnd | undefined;
  /** When the next start is due, while it waits for one. */
  restartAtMs: number | undefined;
  #goal: Goal;

  constructor(service: ServiceFacts, context: ServiceContext) {
    this.service = service;
    this.context = context;
    this.#goal = new Goal({ wanted: 'down', actor: 'restart-policy', cause: service.cause });
  }

  get goal(): Goal {
    return this.#goal;
  }

  set goal(goal: Goal) {
    this.#goal = goal;
    this.service.isWantedUp = goal.wanted === 'up';
  }

  note(level: 'info' | 'warn' | 'error', message: string): void {
    this.context.emit({ type: 'note', level, service: this.service.name, message });
  }
}
