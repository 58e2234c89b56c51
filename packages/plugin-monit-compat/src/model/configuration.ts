import { hostname as machineName } from 'node:os';
import type { AlertSetting, ServiceNode } from '../language/ast.ts';
import type { IssueList } from '../language/issue-list.ts';
import type { ControlTree } from '../language/parser.ts';
import { emptyService, orNothing } from '../language/service-node.ts';
import type { Settings } from '../language/settings.ts';
import { checkServices } from './check.ts';
import { orderByDependency } from './order.ts';

/** A service with everything resolved: what it depends on by the names as declared, what depends on it, who is told. */
export interface MonitService extends ServiceNode {
  readonly prerequisites: readonly string[];
  readonly dependants: readonly string[];
  readonly recipients: readonly AlertSetting[];
  /**
   * Set for a service that our own supervisor runs: `attached` when a control file checks it by name, `inline` when its
   * rules stand in its own table. The supervisor restarts an inline one by its restart policy, so it has no implicit
   * rule on existence.
   */
  readonly supervised?: 'attached' | 'inline';
  /** Its end is acted upon at once: also for the implied rule on existence, which nobody can mark. */
  readonly fast?: boolean;
}

/** A checked control file. Services stand in the order in which they are looked at: prerequisites first. */
export interface MonitConfiguration {
  readonly settings: Settings;
  readonly services: readonly MonitService[];
  readonly byName: ReadonlyMap<string, MonitService>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/**
 * Checks names and dependencies of a parsed control file and answers the configuration. Problems go to `issues`; a
 * configuration is answered even then, without the parts that cannot be used.
 */
export function buildConfiguration(
  tree: ControlTree,
  issues: IssueList,
  hostname: string = machineName(),
): MonitConfiguration {
  issues.service = undefined;
  const { services, prerequisites } = checkServices(expandHost(tree, hostname), issues);
  const ordered = orderByDependency(services, prerequisites, issues);
  const dependants = invert(prerequisites);
  const resolved = ordered.map((service): MonitService => ({
    ...service,
    prerequisites: orNothing(prerequisites.get(service.name) ?? []),
    dependants: orNothing(dependants.get(service.name) ?? []),
    recipients: recipientsOf(service, tree.settings),
  }));
  return {
    settings: tree.settings,
    services: resolved,
    byName: new Map(resolved.map((service) => [service.name, service])),
    groups: groupsOf(resolved),
  };
}

/**
 * The configuration with the service that stands for the machine. A control file without `check system` has one all the
 * same, named after the host and listed first; it has no rules.
 */
export function withSystemService(
  configuration: MonitConfiguration,
  hostname: string = machineName(),
): MonitConfiguration {
  if (
    configuration.services.some(({ type }) => type === 'system') ||
    findService(configuration, hostname) !== undefined
  )
    return configuration;
  const system: MonitService = {
    ...emptyService({ at: { file: '', line: 1, column: 1 }, type: 'system', name: hostname }),
    prerequisites: [],
    dependants: [],
    recipients: configuration.settings.alerts,
  };
  return {
    ...configuration,
    services: [system, ...configuration.services],
    byName: new Map([[hostname, system], ...configuration.byName]),
  };
}

/** The service of that name in any case, as the language compares names. */
export function findService(configuration: MonitConfiguration, name: string): MonitService | undefined {
  return configuration.byName.get(name) ?? configuration.services.find((service) => sameName(service.name, name));
}

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

// `check system $HOST` names the service after the machine.
function expandHost(tree: ControlTree, hostname: string): ControlTree {
  return {
    ...tree,
    services: tree.services.map((service) =>
      service.type === 'system' && service.name.includes('$HOST')
        ? { ...service, name: service.name.replaceAll('$HOST', hostname) }
        : service,
    ),
  };
}

function invert(prerequisites: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const dependants = new Map<string, string[]>();
  for (const [name, needed] of prerequisites) {
    for (const other of needed) dependants.set(other, [...(dependants.get(other) ?? []), name]);
  }
  return dependants;
}

/** A local alert replaces the global one for the same address; `noalert` takes an address out. */
export function recipientsOf(service: ServiceNode, settings: Settings): readonly AlertSetting[] {
  if (service.alerts.length === 0 && service.noAlerts.length === 0) return settings.alerts;
  const silenced = new Set(service.noAlerts.map((address) => address.toLowerCase()));
  const local = new Set(service.alerts.map((alert) => alert.address.toLowerCase()));
  return [
    ...service.alerts,
    ...settings.alerts.filter(
      ({ address }) => !local.has(address.toLowerCase()) && !silenced.has(address.toLowerCase()),
    ),
  ];
}

function groupsOf(services: readonly MonitService[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { groups: names, name } of services) {
    for (const group of names) {
      const members = groups.get(group);
      if (members === undefined) groups.set(group, [name]);
      else members.push(name);
    }
  }
  return groups;
}
