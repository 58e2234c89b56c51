import type { ServiceAction } from '../engine/action.ts';
import type { MonitEvent } from '../engine/event.ts';
import type { StepResult } from './method.ts';

/** What is told of actions themselves. A program that goes on failing is told once, and when it works again. */
export class ActionEvents {
  readonly #failing = new Set<string>();

  /** The event of a step, undefined when nothing is new. */
  ofStep(service: string, op: ServiceAction, { ok, message }: StepResult): MonitEvent | undefined {
    // A stop with nothing to stop says nothing of a start that fails.
    const key = `${op} ${service}`;
    if (ok !== this.#failing.has(key)) return undefined;
    if (ok) this.#failing.delete(key);
    else this.#failing.add(key);
    return {
      service,
      name: 'exec',
      state: ok ? 'succeeded' : 'failed',
      label: ok ? 'Execution succeeded' : 'Execution failed',
      description: ok ? `${op}: ${message}` : `cannot ${op}: ${message}`,
      rule: op,
    };
  }
}

/** A person's action was carried out. */
export function actionDone(service: string, action: ServiceAction): MonitEvent {
  return {
    service,
    name: 'action',
    state: 'changed',
    label: 'Action done',
    description: `${action} action done`,
    rule: action,
  };
}
