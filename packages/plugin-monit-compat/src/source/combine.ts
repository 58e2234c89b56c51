import type { ServiceNode } from '../language/ast.ts';
import type { InlineRules } from '../model/inline-rules.ts';
import { findService, type MonitConfiguration, type MonitService, recipientsOf } from '../model/configuration.ts';

/** One of our own services, with the rules that stand in its table. */
export interface OwnService {
  readonly name: string;
  readonly inline: InlineRules | undefined;
}

/** Everything that is watched in one configuration. */
export interface Combined {
  readonly configuration: MonitConfiguration;
  /** Names in the control language → names of our own services. */
  readonly own: ReadonlyMap<string, string>;
}

/**
 * Brings control files and inline rules together. A checked service with the name of one of ours (in any case) is attached
 * to it: the supervisor runs it, so its start and stop programs and its pid file have no part in it any more. Services of
 * ours with inline rules only become process services of their own.
 */
export function combine(files: MonitConfiguration, services: readonly OwnService[]): Combined {
  const own = new Map<string, string>();
  const attached = new Map<string, MonitService>();
  const added: MonitService[] = [];
  for (const service of services) {
    const checked = findService(files, service.name);
    if (checked !== undefined) {
      own.set(checked.name, service.name);
      attached.set(checked.name, attach(checked, service.inline));
    } else if (service.inline !== undefined && hasRules(service.inline.node)) {
      own.set(service.name, service.name);
      added.push(inlineService(service.inline.node, files));
    }
  }
  if (own.size === 0) return { configuration: files, own };
  const all = [...files.services.map((service) => attached.get(service.name) ?? service), ...added];
  return {
    configuration: { ...files, services: all, byName: new Map(all.map((service) => [service.name, service])) },
    own,
  };
}

function hasRules({ rules, restartLimits }: ServiceNode): boolean {
  return rules.length > 0 || restartLimits.length > 0;
}

function attach(checked: MonitService, inline: InlineRules | undefined): MonitService {
  return {
    ...checked,
    start: undefined,
    stop: undefined,
    restart: undefined,
    rules: [...checked.rules, ...(inline?.rules ?? [])],
    restartLimits: [...checked.restartLimits, ...(inline?.restartLimits ?? [])],
    every: checked.every ?? inline?.node.every,
    recipients: [...checked.recipients, ...(inline?.node.alerts ?? [])],
    supervised: 'attached',
  };
}

function inlineService(node: ServiceNode, { settings }: MonitConfiguration): MonitService {
  return {
    ...node,
    type: 'process',
    prerequisites: [],
    dependants: [],
    recipients: recipientsOf(node, settings),
    supervised: 'inline',
  };
}
