import { ControlError, type PluginSupervisor, didYouMean } from '@tappet/core';

/**
 * The services that these names stand for, in the order of the plan: each itself, or all instances of a service with
 * several. Throws a ControlError (404) with the nearest name for one that nothing has.
 */
export function resolveNames(supervisor: PluginSupervisor, names: readonly string[]): string[] {
  const chosen = new Set<string>();
  for (const name of names) for (const match of matches(supervisor, name)) chosen.add(match);
  return supervisor
    .services()
    .map((service) => service.name)
    .filter((name) => chosen.has(name));
}

function matches(supervisor: PluginSupervisor, name: string): string[] {
  const services = supervisor.services();
  if (services.some((service) => service.name === name)) return [name];
  const instances = services.filter((service) => service.spec.instance?.of === name).map((service) => service.name);
  if (instances.length > 0) return instances;
  const known = services.map((service) => service.name);
  throw new ControlError(`cannot find service "${name}": no service has this name`, {
    code: 'ERR_SERVICE_UNKNOWN',
    status: 404,
    hint: didYouMean(name, known) ?? (known.length === 0 ? 'the plan has no services' : `known: ${list(known)}`),
  });
}

function list(names: readonly string[]): string {
  return names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;
}
