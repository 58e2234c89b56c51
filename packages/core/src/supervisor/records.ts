import { specHash } from '../plan/diff.ts';
import type { ServiceSpec } from '../plan/plan.ts';
import type { Run } from '../service/runner.ts';
import type { ServiceFacts } from '../service/facts.ts';
import { readIdentity } from '../process/identity.ts';
import type { DaemonRecord, ServiceRecord } from '../store/contract.ts';
import { formatCause } from '../service/cause.ts';

/** What the store keeps of a service. */
export function recordOf(service: ServiceFacts): ServiceRecord {
  const { ledger } = service;
  return {
    version: 1,
    service: service.name,
    state: service.state,
    specHash: hashOf(service.spec),
    generation: service.generation,
    process: service.run?.identity,
    ready: service.state === 'RUNNING',
    completed: ledger.completed,
    restarts: ledger.restarts,
    starts: ledger.starts,
    failures: ledger.failures,
    consecutiveFailures: ledger.consecutiveFailures,
    gaveUp: ledger.gaveUp,
    held: service.held,
    lastExit: ledger.lastExit,
    reason: formatCause(service.cause),
  };
}

/** Stands for a process that ended while no supervisor looked: its end is known, its exit code is not. */
export function unseenEnd(startedAtMs: number): Run {
  return {
    pid: undefined,
    identity: undefined,
    adopted: true,
    startedAtMs,
    ended: Promise.resolve({ code: undefined, signal: undefined, uptimeMs: 0 }),
    ready: () => new Promise(() => {}),
    stop: () => Promise.resolve(),
    sweep: () => Promise.resolve(0),
    signal: () => false,
    release: () => {},
  };
}

/** What the store keeps of this process. */
export function daemonRecord(facts: Pick<DaemonRecord, 'project' | 'configFile' | 'shutdown'>): DaemonRecord {
  const identity = readIdentity(process.pid);
  return {
    version: 1,
    pid: process.pid,
    startTime: identity?.startTime ?? 0,
    bootId: identity?.bootId ?? '',
    ...facts,
  };
}

/** Specs are frozen and records many. */
const hashes = new WeakMap<ServiceSpec, string>();

function hashOf(spec: ServiceSpec): string {
  const known = hashes.get(spec) ?? specHash(spec);
  hashes.set(spec, known);
  return known;
}
