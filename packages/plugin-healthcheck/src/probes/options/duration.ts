import * as v from 'valibot';
import { parseDuration } from '../../durations.ts';

const WHY = 'must be seconds as a number, or text like "5s", "2m", "500ms"';

/** A duration in a file (seconds, or "5s", "2m", "500ms") as milliseconds. */
export const durationMs: v.GenericSchema<unknown, number> = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = parseDuration(dataset.value);
    if (ms !== undefined) return ms;
    addIssue({ message: WHY });
    return NEVER;
  }),
);

/** A duration that is longer than zero. */
export const positiveDurationMs: v.GenericSchema<unknown, number> = v.pipe(
  durationMs,
  v.minValue(1, 'must be longer than zero'),
);
