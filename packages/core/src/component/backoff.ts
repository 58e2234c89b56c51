/** The pause before the next attempt, in milliseconds, after `attempt` failed ones (from 1). `random` is 0 to 1. */
export type Backoff = (attempt: number, random: number) => number;

/** The same pause each time. */
export function constantBackoff(delayMs: number): Backoff {
  return () => delayMs;
}

/** `minMs`, then `factor` (2) times the last one up to `maxMs`; with `jitter` each pause varies by that share, 0 to 1. */
export function exponentialBackoff(options: {
  minMs: number;
  maxMs: number;
  factor?: number;
  jitter?: number;
}): Backoff {
  const { minMs, maxMs, factor = 2, jitter = 0 } = options;
  return (attempt, random) => {
    const plain = minMs * factor ** (attempt - 1);
    const varied = plain * (1 + jitter * (2 * random - 1));
    return Math.min(maxMs, Math.max(minMs, varied));
  };
}
