import { virtualClock, type VirtualClock } from '@tappet/core/testing';
import { ConfigError } from '../../../../packages/core/src/errors/base.ts';
import type { Logger } from '../../../../packages/core/src/log.ts';
import type { Plan, PlanDraft } from '../../../../packages/core/src/plan/plan.ts';
import { admitPlugins, requirePlugins } from '../../../../packages/core/src/plugin/admit.ts';
import type { Plugin } from '../../../../packages/core/src/plugin/define-plugin.ts';
import { entryOf, type PluginEntry } from '../../../../packages/core/src/plugin/entry.ts';
import type { PendingGeneration, PluginHost } from '../../../../packages/core/src/plugin/contract.ts';
import { createPluginHost } from '../../../../packages/core/src/plugin/host.ts';
import { Sections } from '../../../../packages/core/src/plugin/sections.ts';
import type { Intent } from '../../../../packages/core/src/service/intent.ts';
import type { PluginSupervisor } from '../../../../packages/core/src/supervisor/api.ts';
import type { NewEvent, SupervisorEvent } from '../../../../packages/core/src/supervisor/events.ts';
import { ownedSections, planOf, serviceSpec } from './plans.ts';

export interface HostRig {
  readonly host: PluginHost;
  readonly clock: VirtualClock;
  readonly events: readonly NewEvent[];
  /** Messages of events about plugins. */
  complaints(): readonly string[];
  readonly intents: readonly (Intent & { readonly service: string })[];
  readonly stops: readonly string[];
  readonly listeners: Set<(event: SupervisorEvent) => void>;
  readonly logged: readonly string[];
  /** Prepares, activates and commits. */
  load(plugins: readonly (Plugin | PluginEntry)[], plan?: Plan): Promise<PendingGeneration>;
  prepare(plugins: readonly (Plugin | PluginEntry)[], plan?: Plan): Promise<PendingGeneration>;
}

export const webPlan: Plan = planOf([serviceSpec('web')]);

const CORE_VERSION = '1.2.3';

/** A host on virtual time with a supervisor that only records. */
export function hostRig(): HostRig {
  const clock = virtualClock();
  const events: NewEvent[] = [];
  const intents: (Intent & { service: string })[] = [];
  const stops: string[] = [];
  const logged: string[] = [];
  const listeners = new Set<(event: SupervisorEvent) => void>();
  const host = createPluginHost({
    clock,
    log: recordingLogger(logged),
    environment: {},
    supervisor: recordingSupervisor({ intents, stops, listeners }),
    onEvent: (event) => events.push(event),
  });
  const prepare: HostRig['prepare'] = async (plugins, plan = webPlan) => {
    const entries = plugins.map((plugin) => ('plugin' in plugin ? plugin : entryOf(plugin)));
    requirePlugins(entries.map(({ plugin }) => plugin));
    const ordered = await admitPlugins(entries, CORE_VERSION);
    const sections = new Sections(ordered.map(({ plugin }) => plugin));
    const issues = await sections.check(ownedSections(plan), new Set());
    if (issues.length > 0) throw new ConfigError(issues, plan.source.file);
    return host.prepare({ entries: ordered, plan, sections });
  };
  return {
    host,
    clock,
    events,
    complaints: () => events.flatMap((event) => (event.type === 'plugin' ? event.message : [])),
    intents,
    stops,
    listeners,
    logged,
    prepare,
    async load(plugins, plan) {
      const pending = await prepare(plugins, plan);
      await pending.activate();
      await pending.commit();
      return pending;
    },
  };
}

export function draftOf(plan: Plan): PlanDraft {
  return { project: plan.project, services: plan.services, timeouts: plan.timeouts };
}

interface Recorded {
  readonly intents: (Intent & { service: string })[];
  readonly stops: string[];
  readonly listeners: Set<(event: SupervisorEvent) => void>;
}

function recordingSupervisor({ intents, stops, listeners }: Recorded): PluginSupervisor {
  return {
    project: 'test',
    plan: webPlan,
    services: () => [],
    service: () => undefined,
    async submit(service, intent) {
      intents.push({ service, ...intent });
      return { outcome: 'done', message: '' };
    },
    requestStop: (reason) => stops.push(reason),
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    status: () => notHere(),
    serviceStatus: () => undefined,
    why: () => undefined,
    tail: () => new Uint8Array(),
    onOutput: () => () => {},
    onNotify: () => () => {},
    reload: async () => notHere(),
    call: async () => undefined,
    plugins: () => [],
    releaseTap: () => false,
  };
}

function notHere(): never {
  throw new Error('not part of this rig');
}

function recordingLogger(lines: string[], prefix = ''): Logger {
  const write =
    (level: string) =>
    (first: object | string, message?: string): void => {
      lines.push(`${level} ${prefix}${typeof first === 'string' ? first : message}`);
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (bindings) => recordingLogger(lines, `${prefix}[${String(bindings['plugin'])}] `),
  };
}
