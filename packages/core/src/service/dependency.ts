import type { Dependency, DependencyCondition, ServiceType } from '../plan/plan.ts';
import type { ExitOutcome } from './exit.ts';
import type { ServiceState } from './state.ts';

/** What is known of the service that another one depends on. */
export interface DependencyFacts {
  readonly name: string;
  readonly type: ServiceType;
  readonly state: ServiceState;
  readonly enabled: boolean;
  readonly required: boolean;
  /** A process of it was spawned or adopted, now or earlier. */
  readonly started: boolean;
  /** How its last process ended, or its last start failed; undefined when neither has happened. */
  readonly lastOutcome: ExitOutcome | undefined;
  /** It is at rest and nothing under way will start it: no restart is decided or being decided, no start was asked for. */
  readonly settled: boolean;
}

/** Whether a service may go on with respect to one dependency. */
export interface DependencyVerdict {
  readonly verdict: 'satisfied' | 'waiting' | 'impossible';
  /** One line for `why` and `status`, such as `redis is RUNNING` or `redis is STARTING`. */
  readonly message: string;
  /** Satisfied, but worth a line in the log. */
  readonly warning?: string;
}

/**
 * Judges one dependency.
 *
 * The short form (`default`) is satisfied by RUNNING; for a oneshot by its end; for any service by an end with success, so that a migration
 * without `type` is one; and, with a warning, by a dependency that is not required and has failed for good, or that is not
 * enabled. A required one that has failed for good makes it impossible.
 *
 * Explicit conditions are strict: `started` (spawned once), `ready` (RUNNING now, or a oneshot that succeeded), `completed` (ended, however),
 * `succeeded` (ended with success). What has failed for good, or is not enabled, makes them impossible where they ask for more.
 *
 * A restart that is still to come is always waited for. Somebody's stop makes nothing impossible: the service may be started again.
 */
export function judgeDependency(dependency: Pick<Dependency, 'condition'>, facts: DependencyFacts): DependencyVerdict {
  const { condition } = dependency;
  if (HOLDS[condition](facts)) return { verdict: 'satisfied', message: describe(facts) };
  if (!facts.settled) return { verdict: 'waiting', message: waitingFor(condition, facts) };
  if (isOff(facts)) return judgeDisabled(condition, facts);
  if (hasFailed(facts)) return judgeFailed(condition, facts);
  // It ended with success, but was to be up.
  if (facts.lastOutcome === 'success')
    return { verdict: 'impossible', message: `${facts.name} has ended and is not ready` };
  return { verdict: 'waiting', message: waitingFor(condition, facts) };
}

const HOLDS: Readonly<Record<DependencyCondition, (facts: DependencyFacts) => boolean>> = {
  default: (facts) => (facts.type !== 'oneshot' && facts.state === 'RUNNING') || succeeded(facts),
  started: (facts) => facts.started,
  ready: (facts) => facts.state === 'RUNNING' || (facts.type === 'oneshot' && succeeded(facts)),
  completed: (facts) => succeeded(facts) || (facts.settled && facts.started && facts.lastOutcome !== undefined),
  succeeded,
};

/** Its last end was one with success, and no further run has begun. */
function succeeded(facts: DependencyFacts): boolean {
  return facts.lastOutcome === 'success' && (facts.state === 'STOPPED' || facts.state === 'BACKOFF');
}

function isOff(facts: DependencyFacts): boolean {
  return (
    !facts.enabled && facts.state === 'STOPPED' && (facts.lastOutcome === undefined || facts.lastOutcome === 'stopped')
  );
}

function hasFailed(facts: DependencyFacts): boolean {
  return facts.state === 'FAILED' || facts.lastOutcome === 'killed';
}

function judgeDisabled(condition: DependencyCondition, facts: DependencyFacts): DependencyVerdict {
  const message = `${facts.name} is not enabled`;
  if (condition !== 'default') return { verdict: 'impossible', message };
  return { verdict: 'satisfied', message, warning: `going on without ${facts.name}, which is not enabled` };
}

function judgeFailed(condition: DependencyCondition, facts: DependencyFacts): DependencyVerdict {
  const message = facts.state === 'FAILED' ? `${facts.name} has FAILED` : `${facts.name} was killed`;
  if (condition !== 'default' || facts.required) return { verdict: 'impossible', message };
  return { verdict: 'satisfied', message, warning: `going on although ${message}, because it is not required` };
}

function describe(facts: DependencyFacts): string {
  return succeeded(facts) ? `${facts.name} has completed` : `${facts.name} is ${facts.state}`;
}

const WANTED: Readonly<Record<DependencyCondition, string>> = {
  default: 'to be ready',
  started: 'to be started',
  ready: 'to be ready',
  completed: 'to end',
  succeeded: 'to end with success',
};

function waitingFor(condition: DependencyCondition, { name, type, state }: DependencyFacts): string {
  const wanted = condition === 'default' && type === 'oneshot' ? 'to end' : WANTED[condition];
  return `waiting for ${name} ${wanted} (it is ${state})`;
}
