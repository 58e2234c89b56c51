import type { ProbeResult } from '../probes/index.ts';

/** One result as it is remembered. */
export interface CheckRecord extends ProbeResult {
  readonly atMs: number;
  /** False for a failure within the grace time. */
  readonly isCounted: boolean;
}

/** The history with one record more, its oldest dropped beyond `limit`. */
export function appendHistory(
  history: readonly CheckRecord[],
  record: CheckRecord,
  limit: number,
): readonly CheckRecord[] {
  return limit < 1 ? [] : [...history, record].slice(-limit);
}
