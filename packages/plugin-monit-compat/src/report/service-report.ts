import type { EventName } from '../language/alerts.ts';
import { eventOf } from '../engine/event.ts';
import { planRules } from '../engine/rule-plan.ts';
import { FRESH_SERVICE, type Monitoring } from '../engine/service-state.ts';
import type { Facts, ProbeAnswer, Sample } from '../engine/sample.ts';
import type { ConnectionTest, PingTest } from '../language/ast.ts';
import type { MonitService } from '../model/configuration.ts';
import { hostOf } from '../probe/prober.ts';
import type { Watch } from '../watch/watch.ts';
import type { LastLook } from '../watch/watch-parts.ts';

/** A port, socket, URL or ping test with its last answer. */
export interface ProbeReport {
  readonly test: ConnectionTest | PingTest;
  readonly host: string;
  readonly answer: ProbeAnswer | undefined;
}

/** One service as every status view shows it. */
export interface ServiceReport {
  readonly service: MonitService;
  readonly monitoring: Monitoring;
  /** Classes of events whose rules are failed now. */
  readonly failing: readonly EventName[];
  /** "OK", "Not monitored", "Does not exist", … */
  readonly status: string;
  readonly pending: string | undefined;
  readonly look: LastLook | undefined;
  readonly facts: Facts;
  readonly probes: readonly ProbeReport[];
}

/** Every service of a watch, in the order in which they are looked at. */
export function reportServices(watch: Watch): ServiceReport[] {
  return watch.plan.configuration.services.map((service) => reportService(watch, service));
}

export function reportService(watch: Watch, service: MonitService): ServiceReport {
  const state = watch.state.get(service.name) ?? FRESH_SERVICE;
  const look = watch.looks.get(service.name);
  const failing = failingEvents(service, state.rules);
  const pending = watch.pending.get(service.name);
  return {
    service,
    monitoring: state.monitoring,
    failing,
    status: statusText({ monitoring: state.monitoring, failing, sample: look?.sample, pending }),
    pending,
    look,
    facts: look?.sample.facts ?? {},
    probes: [...service.rules.entries()].flatMap(([index, { test }]) =>
      test.kind === 'connection' || test.kind === 'ping'
        ? [{ test, host: hostOf(test, service), answer: look?.sample.probes?.get(index) }]
        : [],
    ),
  };
}

function failingEvents(service: MonitService, rules: ReadonlyMap<string, { readonly phase: string }>): EventName[] {
  const plan = planRules(service);
  const named = new Map<string, EventName>();
  for (const { key, rule } of [...plan.existence, ...plan.others]) named.set(key, eventOf(rule.test));
  named.set(plan.invalid.key, 'invalid');
  named.set(plan.data.key, 'data');
  named.set(plan.execution.key, 'exec');
  const failing = [...rules].flatMap(([key, { phase }]) => (phase === 'failed' ? (named.get(key) ?? []) : []));
  return [...new Set(failing)];
}

function statusText({
  monitoring,
  failing,
  sample,
  pending,
}: {
  monitoring: Monitoring;
  failing: readonly EventName[];
  sample: Sample | undefined;
  pending: string | undefined;
}): string {
  const suffix = pending === undefined ? '' : ` - ${pending} pending`;
  if (monitoring === 'no') return `Not monitored${suffix}`;
  if (failing.length === 0 && (monitoring === 'init' || sample === undefined)) return `Initializing${suffix}`;
  const text = failing.length === 0 ? 'OK' : failing.map((name) => STATUS_TEXTS[name] ?? `${name} failed`).join(' | ');
  return `${text}${suffix}`;
}

const STATUS_TEXTS: Partial<Record<EventName, string>> = {
  nonexist: 'Does not exist',
  exist: 'Does exist',
  connection: 'Connection failed',
  icmp: 'Ping failed',
  resource: 'Resource limit matched',
  status: 'Status failed',
  invalid: 'Type invalid',
  data: 'Data access error',
  exec: 'Execution failed',
  checksum: 'Checksum failed',
  content: 'Content match',
  link: 'Link down',
  permission: 'Permission failed',
  timestamp: 'Timestamp failed',
  size: 'Size failed',
  uptime: 'Uptime failed',
};
