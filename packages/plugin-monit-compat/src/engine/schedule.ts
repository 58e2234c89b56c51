import type { Every } from '../language/ast.ts';
import { cronMatches } from '../language/cron.ts';

/** What is remembered of an `every` statement. */
export interface ScheduleState {
  /** Passes since the service was last due. */
  readonly passes: number;
  readonly lastRunMs: number | undefined;
}

export const INITIAL_SCHEDULE: ScheduleState = { passes: 0, lastRunMs: undefined };

export interface ScheduleInput {
  readonly every: Every | undefined;
  readonly state: ScheduleState;
  /** Wall clock: the cron form names times of day. */
  readonly wallMs: number;
}

/**
 * Decides whether a service is due in this pass. The first pass counts as due, so `every 2 cycles` runs in passes
 * 1, 3, 5 …; the cron form runs once at the start and then at most once in a matching minute.
 */
export function decideDue({ every, state, wallMs }: ScheduleInput): {
  readonly isDue: boolean;
  readonly state: ScheduleState;
} {
  if (every === undefined) return { isDue: true, state };
  if (every.kind === 'cycles') {
    const isDue = state.lastRunMs === undefined || state.passes + 1 >= every.cycles;
    return { isDue, state: isDue ? { passes: 0, lastRunMs: wallMs } : { ...state, passes: state.passes + 1 } };
  }
  const matches = cronMatches(every.spec, new Date(wallMs));
  if (every.negated) return { isDue: !matches, state };
  const isDue = state.lastRunMs === undefined || (matches && wallMs - state.lastRunMs > 59_000);
  return { isDue, state: isDue ? { passes: 0, lastRunMs: wallMs } : state };
}
