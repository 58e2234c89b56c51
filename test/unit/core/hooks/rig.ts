import { virtualClock, type VirtualClock } from '@tappet/core/testing';
import { type CallTarget, createLifecycle } from '../../../../packages/core/src/hooks/calls.ts';
import type { OnExitPayload, ServiceView } from '../../../../packages/core/src/hooks/events.ts';
import { createHooks, type Hooks } from '../../../../packages/core/src/hooks/hooks.ts';
import type { TapProblem } from '../../../../packages/core/src/hooks/isolated-tap.ts';
import type { Lifecycle } from '../../../../packages/core/src/hooks/lifecycle.ts';
import { applyPolicy } from '../../../../packages/core/src/hooks/policy.ts';
import { scopeHooks } from '../../../../packages/core/src/hooks/scope.ts';
import type { TapTrace } from '../../../../packages/core/src/hooks/tap-trace.ts';
import type { ScopedHooks } from '../../../../packages/core/src/plugin/context.ts';
import type { TapReport } from '../../../../packages/core/src/plugin/report.ts';
import { serviceSpec } from '../plugin/plans.ts';

export interface Rig {
  readonly clock: VirtualClock;
  readonly hooks: Hooks;
  readonly lifecycle: Lifecycle;
  readonly problems: readonly TapProblem[];
  readonly traces: readonly TapTrace[];
  /** The hooks as a plugin of this name sees them. */
  plugin(name?: string): ScopedHooks;
  report(label: string): TapReport;
}

/** One set of hooks under the policy, on virtual time. */
export function rig({ quarantineAfter = 3 }: { readonly quarantineAfter?: number } = {}): Rig {
  const clock = virtualClock();
  const hooks = createHooks();
  const problems: TapProblem[] = [];
  const traces = applyPolicy(hooks, { clock, quarantineAfter, report: (problem) => problems.push(problem) });
  const target: CallTarget = {
    hooks,
    inFlight: new Map(),
    onCallEnd: undefined,
    retired: new AbortController().signal,
  };
  return {
    clock,
    hooks,
    problems,
    traces,
    lifecycle: createLifecycle(() => target),
    plugin: (name = 'p') => scopeHooks({ plugin: name, hooks, isOpen: () => true }),
    report(label) {
      const trace = traces.find(({ identity }) => identity.label === label);
      if (trace === undefined) throw new Error(`no tap ${label}`);
      return trace.report();
    },
  };
}

export const service: ServiceView = {
  name: 'web',
  spec: serviceSpec('web'),
  state: 'RUNNING',
  pid: 1,
  restarts: 0,
  uptimeMs: 1,
};

export const exitPayload: OnExitPayload = {
  service,
  exit: { code: 1, signal: undefined, requested: false, uptimeMs: 5, outcome: 'failure', failure: true },
};

export const cause = { actor: 'user', reason: 'test' } as const;

/** A promise that never settles. */
export function never(): Promise<void> {
  return new Promise(() => {});
}

/** What a promise rejects with, to be looked at after time has moved on. */
export function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}
