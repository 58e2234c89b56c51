import { formatCause } from '../service/cause.ts';
import type { ServiceFacts } from '../service/facts.ts';
import type { ServiceStatus } from './status.ts';

/** One service as status shows it. `plugins` is what plugins add; their `waitingFor` lists are shown with ours. */
export function serviceStatus(service: ServiceFacts, plugins: Readonly<Record<string, unknown>>): ServiceStatus {
  const { ledger, spec } = service;
  return {
    name: service.name,
    state: service.state,
    type: service.kind === 'component' ? 'component' : spec.type,
    enabled: spec.enabled,
    required: spec.required,
    pid: service.pid ?? null,
    uptimeMs: roundOrNull(service.uptimeMs),
    completed: ledger.completed,
    unexpected: ledger.unexpected,
    held: service.held,
    restarts: ledger.restarts,
    starts: ledger.starts,
    failures: ledger.failures,
    failureRate: ledger.failureRate,
    startupMs: roundOrNull(ledger.startupMs),
    dependencyWaitMs: roundOrNull(ledger.dependencyWaitMs),
    shutdownMs: roundOrNull(ledger.shutdownMs),
    lastExit: ledger.lastExit ?? null,
    reason: formatCause(service.cause),
    waitingFor: waitingFor(service, plugins),
    notes: Object.values(plugins).flatMap((described) => textsOf(described, 'notes')),
    plugins,
  };
}

/** What it waits for right now, in words. */
export function waitingFor(service: ServiceFacts, plugins: Readonly<Record<string, unknown>>): readonly string[] {
  if (service.state === 'STOPPING') return ['its process to end'];
  if (service.state !== 'PENDING' && service.state !== 'STARTING') return [];
  return [...service.waitingFor, ...Object.values(plugins).flatMap((described) => textsOf(described, 'waitingFor'))];
}

/** By convention a plugin's description of a service may hold lists of lines under these names; they are shown with ours. */
export function textsOf(described: unknown, key: 'waitingFor' | 'notes' | 'results'): string[] {
  if (typeof described !== 'object' || described === null) return [];
  const texts: unknown = Reflect.get(described, key);
  return Array.isArray(texts) ? texts.map(String) : [];
}

function roundOrNull(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 1000) / 1000;
}
