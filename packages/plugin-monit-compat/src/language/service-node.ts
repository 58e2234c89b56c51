import type { Place } from './place.ts';
import type { ServiceNode, ServiceType } from './ast.ts';

/** A service while its statements are read. */
export type ServiceDraft = {
  -readonly [K in keyof ServiceNode]: ServiceNode[K] extends readonly (infer T)[] ? T[] : ServiceNode[K];
};

// One list for all: a configuration has hundreds of services, and each of them a dozen lists with nothing in them.
const NOTHING: readonly never[] = Object.freeze([]);

/** A service of which nothing is said but its name. */
export function emptyService({ at, type, name }: { at: Place; type: ServiceType; name: string }): ServiceNode {
  return {
    at,
    type,
    name,
    target: { kind: 'none' },
    start: undefined,
    stop: undefined,
    restart: undefined,
    rules: NOTHING,
    restartLimits: NOTHING,
    ignoredContent: NOTHING,
    depends: NOTHING,
    groups: NOTHING,
    every: undefined,
    mode: 'active',
    onreboot: undefined,
    alerts: NOTHING,
    noAlerts: NOTHING,
  };
}

/** The service with lists that statements can be added to. */
export function beginDraft(node: ServiceNode): ServiceDraft {
  return {
    ...node,
    rules: [...node.rules],
    restartLimits: [...node.restartLimits],
    ignoredContent: [...node.ignoredContent],
    depends: [...node.depends],
    groups: [...node.groups],
    alerts: [...node.alerts],
    noAlerts: [...node.noAlerts],
  };
}

/** The service as it stays when all of its statements are read. */
export function finishDraft(draft: ServiceDraft): ServiceNode {
  return {
    ...draft,
    rules: orNothing(draft.rules),
    restartLimits: orNothing(draft.restartLimits),
    ignoredContent: orNothing(draft.ignoredContent),
    depends: orNothing(draft.depends),
    groups: orNothing(draft.groups),
    alerts: orNothing(draft.alerts),
    noAlerts: orNothing(draft.noAlerts),
  };
}

/** The list, or the one that all empty ones are. */
export function orNothing<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NOTHING : list;
}
