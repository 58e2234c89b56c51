import type { RestartLimit } from '../language/ast.ts';

/** Restarts that rules began, and the passes since the first of them. */
export interface RestartCount {
  readonly restarts: number;
  readonly cycles: number;
  /** Positions of the limits that have fired in this window. */
  readonly fired: readonly number[];
}

export const NO_RESTARTS: RestartCount = { restarts: 0, cycles: 0, fired: [] };

/**
 * Opens a pass: counts it and answers the limits that are reached, the last declared first. The window begins with the
 * first restart and is thrown away as a whole once it is longer than the longest limit. Each limit fires once in a
 * window (the reference program lets it fire in every pass while the service is up).
 */
export function checkRestartLimits(
  count: RestartCount,
  limits: readonly RestartLimit[],
): { readonly count: RestartCount; readonly reached: readonly RestartLimit[] } {
  if (count.restarts === 0 || limits.length === 0) return { count, reached: [] };
  const cycles = count.cycles + 1;
  const reached: RestartLimit[] = [];
  const fired = [...count.fired];
  let longest = 0;
  for (const [index, limit] of [...limits.entries()].toReversed()) {
    longest = Math.max(longest, limit.cycles);
    if (count.restarts < limit.restarts || cycles > limit.cycles || fired.includes(index)) continue;
    fired.push(index);
    reached.push(limit);
  }
  return { count: cycles > longest ? NO_RESTARTS : { ...count, cycles, fired }, reached };
}

/** Counts one restart or start that a rule began. */
export function countRestart(count: RestartCount): RestartCount {
  return { ...count, restarts: count.restarts + 1 };
}
