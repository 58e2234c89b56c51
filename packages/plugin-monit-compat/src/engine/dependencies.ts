import type { MonitConfiguration } from '../model/configuration.ts';
import type { ServiceAction, Step } from './action.ts';
import {
  type EngineState,
  FRESH_SERVICE,
  hasError,
  type ServiceState,
  type StateReader,
  withChanges,
} from './service-state.ts';

export interface PlanInput {
  readonly configuration: MonitConfiguration;
  readonly state: StateReader;
  readonly service: string;
  readonly action: ServiceAction;
}

/**
 * Spreads an action along the dependencies. Stopping and unmonitoring take the dependants first, the farthest first;
 * starting and monitoring take the prerequisites first; a restart stops the active dependants, restarts the service (with its
 * prerequisites started before) and starts them again. When the service itself cannot be stopped, it is not started.
 */
export function planSteps({ configuration, state, service, action }: PlanInput): Step[] {
  const step = (op: ServiceAction, name: string, onFailure: Step['onFailure'] = 'continue'): Step => ({
    op,
    service: name,
    onFailure,
  });
  const dependants = farthestFirst(service, (name) => configuration.byName.get(name)?.dependants ?? []);
  const prerequisites = farthestFirst(service, (name) => configuration.byName.get(name)?.prerequisites ?? []);
  switch (action) {
    case 'stop':
    case 'unmonitor':
      return [...dependants.filter((name) => isActive(state, name)), service].map((name) => step(action, name));
    case 'monitor':
      return [...prerequisites.filter((name) => !isActive(state, name)), service].map((name) => step(action, name));
    case 'start':
      return [...prerequisites.filter((name) => needsStart(state, name)), service].map((name) =>
        step('start', name, name === service ? 'continue' : 'abort'),
      );
    case 'restart': {
      const active = dependants.filter((name) => isActive(state, name));
      const hasMethod = configuration.byName.get(service)?.restart !== undefined;
      const needed = prerequisites
        .filter((name) => needsStart(state, name))
        .map((name) => step('start', name, 'abort'));
      const own = hasMethod
        ? [...needed, step('restart', service, 'abort')]
        : [step('stop', service, 'abort'), ...needed, step('start', service, 'abort')];
      return [
        ...active.map((name) => step('stop', name)),
        ...own,
        ...active.toReversed().map((name) => step('start', name)),
      ];
    }
  }
}

/** The state after the steps of an action were begun: who is monitored, and counters that start anew. */
export function applySteps(state: EngineState, steps: readonly Step[], configuration: MonitConfiguration): EngineState {
  return withChanges(state, stepChanges({ state, steps, configuration, cause: undefined }));
}

export interface StepInput {
  readonly state: StateReader;
  readonly steps: readonly Step[];
  readonly configuration: MonitConfiguration;
  /** The service whose rule asked for the action: its rules are not forgotten. */
  readonly cause: string | undefined;
}

/** What the steps of an action change, service by service. */
export function stepChanges({ state, steps, configuration, cause }: StepInput): Map<string, ServiceState> {
  const changes = new Map<string, ServiceState>();
  for (const { op, service } of steps) {
    const before = changes.get(service) ?? state.get(service) ?? FRESH_SERVICE;
    changes.set(
      service,
      afterStep(before, op, { isCause: service === cause, forgotten: pidBaselines(service, configuration) }),
    );
  }
  return changes;
}

function afterStep(
  before: ServiceState,
  op: ServiceAction,
  { isCause, forgotten }: { isCause: boolean; forgotten: readonly string[] },
): ServiceState {
  if (op === 'unmonitor') return { ...FRESH_SERVICE, monitoring: 'no', schedule: before.schedule };
  if (op === 'monitor') return before.monitoring === 'no' ? { ...FRESH_SERVICE, monitoring: 'init' } : before;
  if (op === 'stop')
    return {
      ...FRESH_SERVICE,
      monitoring: 'no',
      schedule: before.schedule,
      rules: isCause ? before.rules : new Map(),
      restarts: before.restarts,
      baselines: before.baselines,
    };
  const baselines = new Map(before.baselines);
  for (const key of forgotten) baselines.delete(key);
  return { ...before, baselines, monitoring: 'init' };
}

// A process that we start anew has another pid: that is no change to report.
function pidBaselines(service: string, configuration: MonitConfiguration): string[] {
  const rules = configuration.byName.get(service)?.rules ?? [];
  return [...rules.entries()]
    .filter(([, { test }]) => test.kind === 'changed' && (test.subject === 'pid' || test.subject === 'ppid'))
    .map(([index]) => `r${index}`);
}

function isActive(state: StateReader, name: string): boolean {
  return state.get(name)?.monitoring !== 'no';
}

function needsStart(state: StateReader, name: string): boolean {
  const value = state.get(name);
  return value === undefined || value.monitoring === 'no' || hasError(value);
}

// Depth first, so that what is farthest away comes first and everything only once.
function farthestFirst(service: string, next: (name: string) => readonly string[]): string[] {
  const order: string[] = [];
  const seen = new Set([service]);
  const visit = (name: string): void => {
    for (const other of next(name)) {
      if (seen.has(other)) continue;
      seen.add(other);
      visit(other);
      order.push(other);
    }
  };
  visit(service);
  return order;
}
