import type { Check } from '../../../../packages/plugin-healthcheck/src/checks/check.ts';
import type { ProbeResult } from '@tappet/plugin-healthcheck/probes';

/** A check with defaults that tests can rely on. */
export function check(more: Partial<Check> = {}): Check {
  return {
    name: 'check',
    kind: 'readiness',
    source: {
      type: 'probe',
      probe: { name: 'tcp', description: { address: { host: '127.0.0.1', port: 1 } } },
      timeoutMs: 300,
    },
    intervalMs: 1000,
    initialDelayMs: 0,
    graceMs: 0,
    successThreshold: 1,
    failureThreshold: 3,
    onFailure: 'restart',
    jitter: 1,
    blame: true,
    ...more,
  };
}

/** A result that took no time. */
export function result(ok: boolean, message: string = ok ? 'fine' : 'broken'): ProbeResult {
  return { ok, message, durationMs: 0 };
}
