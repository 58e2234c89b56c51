import * as v from 'valibot';
import { describe, duration, type Entries, oneOf, wholeNumber } from './schema-parts.ts';
import type { RestartTable } from './tables.ts';

/** Names of restart policies. */
export const RESTART_POLICIES: readonly ['never', 'on-failure', 'always'] = ['never', 'on-failure', 'always'];

/** `restart = { … }` */
export const restartEntries: Entries<RestartTable> = {
  policy: describe(v.picklist(RESTART_POLICIES, oneOf(RESTART_POLICIES)), {
    title: 'Restart policy',
    description:
      '`never`, `on-failure` (after an end that is a failure or was caused by SIGKILL or SIGTERM from outside), or `always` (after every end that nobody asked for).',
    default: 'on-failure',
  }),
  delay: describe(duration, { title: 'First delay', description: 'Pause before the first restart.', default: '500ms' }),
  factor: describe(v.pipe(v.number('a number'), v.finite('a finite number'), v.minValue(1, 'a number, 1 or more')), {
    title: 'Growth',
    description: 'Each further consecutive pause is this many times longer.',
    default: 2,
  }),
  max_delay: describe(duration, { title: 'Longest delay', description: 'No pause is longer.', default: '30s' }),
  jitter: describe(
    v.pipe(v.number('a number'), v.minValue(0, 'a number from 0 to 1'), v.maxValue(1, 'a number from 0 to 1')),
    {
      title: 'Jitter',
      description: 'Share of a pause that is random, so that services that fell together do not rise together.',
      default: 0.1,
    },
  ),
  max_attempts: describe(wholeNumber(0, 1_000_000), {
    title: 'Attempts',
    description:
      'Restarts in a row after which the next failure is final and the service stays FAILED; 0 means no limit.',
    default: 10,
  }),
  reset_after: describe(duration, {
    title: 'Reset',
    description: 'Time in RUNNING after which earlier failures are forgotten.',
    default: '30s',
  }),
};
