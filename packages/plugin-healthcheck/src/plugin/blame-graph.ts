import type { PluginSupervisor, ServiceView } from '@tappet/core';
import type { BlameGraph, BlameState } from '../checks/index.ts';
import type { WatchedService } from './watched-service.ts';

/** The services as blame sees them right now. */
export function blameGraph(
  supervisor: Pick<PluginSupervisor, 'services' | 'serviceStatus'>,
  watched: (name: string) => WatchedService | undefined,
): BlameGraph {
  const services = supervisor.services();
  return {
    dependencies: new Map(services.map(({ name, spec }) => [name, spec.dependsOn.map(({ service }) => service)])),
    states: new Map(services.map((service) => [service.name, stateOf(service, supervisor, watched(service.name))])),
  };
}

/** Everything that leads to a service along dependencies: with `upstream` what it needs, otherwise what needs it. */
export function relatives(
  service: string,
  { dependencies }: BlameGraph,
  direction: 'upstream' | 'downstream',
): string[] {
  const next = (name: string): readonly string[] =>
    direction === 'upstream'
      ? (dependencies.get(name) ?? [])
      : [...dependencies].filter(([, needs]) => needs.includes(name)).map(([dependent]) => dependent);
  const found = new Set<string>();
  const queue = [...next(service)];
  for (const name of queue) {
    if (found.has(name) || name === service) continue;
    found.add(name);
    queue.push(...next(name));
  }
  return [...found];
}

function stateOf(
  { name, spec, state }: ServiceView,
  supervisor: Pick<PluginSupervisor, 'serviceStatus'>,
  watched: WatchedService | undefined,
): BlameState {
  // What runs to its end is waited for by the core; afterwards nobody needs it.
  if (spec.type === 'oneshot') return 'done';
  if (state === 'RUNNING') return watched?.isFailing === true ? 'down' : 'up';
  const status = supervisor.serviceStatus(name);
  const exit = status?.lastExit;
  if (state === 'STOPPED' && exit?.outcome === 'success' && !exit.requested) return 'done';
  // Never started because it is not enabled: its dependents go on without it.
  return !spec.enabled && status?.starts === 0 ? 'up' : 'down';
}
