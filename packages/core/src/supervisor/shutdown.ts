import type { Service } from '../service/service.ts';
import type { Cause } from '../service/cause.ts';

/** Stops all services, each as soon as everything that depends on it is down. Resolves when all are at rest. */
export async function stopInReverse(services: readonly Service[], cause: Cause): Promise<void> {
  const stopping = new Map<string, Promise<void>>();
  const dependents = dependentsByName(services);
  const stop = (service: Service): Promise<void> => {
    const known = stopping.get(service.name);
    if (known !== undefined) return known;
    // Entered before the recursion, so that a cycle that slipped through cannot recurse for ever.
    const done = Promise.resolve()
      .then(() => Promise.all((dependents.get(service.name) ?? []).map(stop)))
      .then(() => service.submit({ action: 'stop', actor: 'shutdown', reason: cause.reason, cause: cause.causedBy }))
      .then(() => service.idle());
    stopping.set(service.name, done);
    return done;
  };
  await Promise.all(services.map(stop));
}

function dependentsByName(services: readonly Service[]): Map<string, Service[]> {
  const dependents = new Map<string, Service[]>();
  for (const service of services) {
    for (const { service: name } of service.spec.dependsOn) {
      const list = dependents.get(name);
      if (list === undefined) dependents.set(name, [service]);
      else list.push(service);
    }
  }
  return dependents;
}
