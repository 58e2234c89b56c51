import type { Check, CheckKind, CheckSource } from './checks/check.ts';
import type { Probe } from './probes/index.ts';
import type { Settings } from './settings.ts';

/** The interval of a check that gives none. */
export const DEFAULT_INTERVAL_MS: number = 10_000;

const DEFAULT_FAILURES = 3;
const LONGEST_DEFAULT_TIMEOUT_MS = 3000;
const DEFAULT_TIMEOUT_SHARE = 0.4;
const DEFAULT_ACTION = { startup: 'restart', liveness: 'restart', readiness: 'ignore' } as const;

/** A check with every default filled in. */
export function complete(given: Settings, probe: Probe | undefined): Check {
  const kind: CheckKind = given.kind ?? (probe === undefined ? 'liveness' : 'readiness');
  const intervalMs = given.heartbeat ?? given.interval ?? DEFAULT_INTERVAL_MS;
  const timeoutMs =
    given.timeout ?? Math.min(LONGEST_DEFAULT_TIMEOUT_MS, Math.ceil(intervalMs * DEFAULT_TIMEOUT_SHARE));
  const source: CheckSource = probe === undefined ? { type: 'heartbeat' } : { type: 'probe', probe, timeoutMs };
  return {
    name: given.name ?? defaultName({ kind, source }),
    kind,
    source,
    intervalMs,
    // A liveness check that fires before the service had a chance would only restart it.
    initialDelayMs: given.initial_delay ?? (kind === 'liveness' && probe !== undefined ? intervalMs : 0),
    graceMs: given.grace,
    successThreshold: given.success_threshold,
    failureThreshold: given.failure_threshold ?? (probe === undefined ? 1 : DEFAULT_FAILURES),
    onFailure: given.on_failure ?? DEFAULT_ACTION[kind],
    jitter: given.jitter,
    blame: given.blame,
  };
}

/** Checks without a name of their own are numbered when they would share one: "readiness-http", "readiness-http-2". */
export function uniqueName(check: Check, index: number, checks: readonly Check[]): Check {
  const before = checks.slice(0, index).filter(({ name }) => name === check.name).length;
  return before === 0 ? check : { ...check, name: `${check.name}-${before + 1}` };
}

/** The name of a check that gives none. */
export function defaultName({ kind, source }: Pick<Check, 'kind' | 'source'>): string {
  return `${kind}-${source.type === 'probe' ? source.probe.name : 'heartbeat'}`;
}
