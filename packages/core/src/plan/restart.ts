import { parseDuration } from './duration.ts';
import type { RestartPolicy } from './plan.ts';
import type { RestartTable, ServiceTable } from './tables.ts';

/** The restart policy of a `restart` key: absent means never, a table without `policy` means on-failure. */
export function readRestart(value: ServiceTable['restart'] | undefined): RestartPolicy {
  const table = restartTable(value ?? 'never');
  return {
    policy: table.policy ?? 'on-failure',
    delayMs: parseDuration(table.delay) ?? 500,
    factor: table.factor ?? 2,
    maxDelayMs: parseDuration(table.max_delay) ?? 30_000,
    jitter: table.jitter ?? 0.1,
    maxAttempts: table.max_attempts ?? 10,
    resetAfterMs: parseDuration(table.reset_after) ?? 30_000,
  };
}

/** The table that a policy's name stands for. */
export function restartTable(value: ServiceTable['restart']): Partial<RestartTable> {
  return typeof value === 'string' ? { policy: value } : value;
}
