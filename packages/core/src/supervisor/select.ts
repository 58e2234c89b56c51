import { dependencyGraph } from '../plan/graph.ts';
import type { Plan } from '../plan/plan.ts';
import { unknownService } from './unknown-service.ts';

/**
 * The plan with only the named services and what they depend on enabled. Without names: the plan as it is.
 * Throws ERR_SERVICE_UNKNOWN for a name that is not in the plan.
 */
export function selectServices(plan: Plan, only: readonly string[] = []): Plan {
  if (only.length === 0) return plan;
  const names = only.flatMap((name) => {
    const copies = plan.services.filter((spec) => spec.name === name || spec.instance?.of === name);
    if (copies.length > 0) return copies.map((spec) => spec.name);
    throw unknownService(
      name,
      plan.services.map((spec) => spec.name),
    );
  });
  const wanted = new Set(dependencyGraph(plan.services).closure(names));
  const services = plan.services.map((spec) =>
    wanted.has(spec.name) ? spec : Object.freeze({ ...spec, enabled: false }),
  );
  return Object.freeze({ ...plan, services: Object.freeze(services) });
}
