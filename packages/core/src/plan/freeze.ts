import type { ConfigIssue } from '../errors/base.ts';
import { didYouMean } from '../errors/nearest.ts';
import type { BuildResult } from './build.ts';
import { findCycles } from './graph.ts';
import type { Plan, PlanDraft, ServiceSpec } from './plan.ts';
import { SERVICE_NAME } from './service-schema.ts';
import { deepFreeze, frozenCopy, show } from './values.ts';

/**
 * Makes the plan that taps of the `plan` hook asked for: the draft's services and timeouts, everything else from the plan that was built.
 * What a tap can break is checked again: names, dependencies, cycles. Paths of issues name services instead of counting them.
 */
export function freezeDraft(draft: PlanDraft, plan: Plan): BuildResult {
  const issues = [...nameIssues(draft.services), ...dependencyIssues(draft.services), ...cycleIssues(draft.services)];
  if (issues.length > 0) return { plan: undefined, issues };
  const services = draft.services.map((spec) => (Object.isFrozen(spec) ? spec : frozenCopy(spec)));
  return { plan: deepFreeze({ ...plan, services, timeouts: frozenCopy(draft.timeouts) }), issues };
}

function nameIssues(services: readonly ServiceSpec[]): ConfigIssue[] {
  const seen = new Set<string>();
  return services.flatMap(({ name }): ConfigIssue[] => {
    const isKnown = seen.has(name);
    seen.add(name);
    if (isKnown) {
      return [
        { code: 'ERR_CONFIG_DUPLICATE', message: `cannot have two services named "${name}"`, path: ['services', name] },
      ];
    }
    if (SERVICE_NAME.test(name)) return [];
    return [{ code: 'ERR_CONFIG_TYPE', message: `cannot name a service ${show(name)}`, path: ['services', name] }];
  });
}

function dependencyIssues(services: readonly ServiceSpec[]): ConfigIssue[] {
  const names = new Set(services.map(({ name }) => name));
  return services.flatMap(({ name, dependsOn }) =>
    dependsOn
      .filter(({ service }) => !names.has(service))
      .map(({ service }): ConfigIssue => ({
        code: 'ERR_CONFIG_UNKNOWN_SERVICE',
        message: `cannot let service "${name}" depend on "${service}": there is no such service`,
        path: ['services', name, 'depends_on'],
        hint: didYouMean(service, names),
      })),
  );
}

function cycleIssues(services: readonly ServiceSpec[]): ConfigIssue[] {
  const edges = new Map(services.map(({ name, dependsOn }) => [name, dependsOn.map(({ service }) => service)]));
  return findCycles(edges).map((cycle): ConfigIssue => ({
    code: 'ERR_CONFIG_CYCLE',
    message: `cannot order services that depend on each other: ${cycle.join(' → ')}`,
    path: ['services', cycle[0] ?? '', 'depends_on'],
    hint: 'remove one of these dependencies',
  }));
}
