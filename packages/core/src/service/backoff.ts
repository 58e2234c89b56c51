import type { RestartPolicy } from '../plan/plan.ts';

/**
 * The pause before a restart. The first failure waits `delayMs`, each further consecutive one `factor` times longer, none longer than
 * `maxDelayMs`; then up to `jitter` of it is added or taken away. Failures below 1 count as the first.
 * @param random a number from 0 to 1 (exclusive), as from Math.random
 */
export function backoffDelayMs(
  policy: Pick<RestartPolicy, 'delayMs' | 'factor' | 'maxDelayMs' | 'jitter'>,
  { consecutiveFailures, random }: { readonly consecutiveFailures: number; readonly random: number },
): number {
  const { delayMs, factor, maxDelayMs, jitter } = policy;
  const exponent = Math.max(0, consecutiveFailures - 1);
  // 0 × Infinity is NaN once a long series overflows.
  const grown = delayMs === 0 ? 0 : Math.min(delayMs * factor ** exponent, maxDelayMs);
  return Math.max(0, Math.round(grown * (1 + jitter * (2 * random - 1))));
}
