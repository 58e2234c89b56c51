import * as v from 'valibot';
import type { CheckKind, FailureAction } from './checks/check.ts';
import { durationMs, positiveDurationMs } from './probes/options/duration.ts';
import { flag, table, text, whole } from './probes/options/table.ts';

/** A check table as it was read, before defaults. Durations are milliseconds. */
export interface Settings {
  readonly name?: string | undefined;
  readonly kind?: CheckKind | undefined;
  readonly heartbeat?: number | undefined;
  readonly interval?: number | undefined;
  readonly timeout?: number | undefined;
  readonly initial_delay?: number | undefined;
  readonly grace: number;
  readonly success_threshold: number;
  readonly failure_threshold?: number | undefined;
  readonly on_failure?: FailureAction | undefined;
  readonly jitter: number;
  readonly blame: boolean;
}

/** The settings of a check table, beside its probe. */
export const settings: v.GenericSchema<unknown, Settings> = table({
  name: v.optional(v.pipe(text, v.regex(/^[\w.-]+$/, 'may hold letters, digits, ".", "_" and "-" only'))),
  kind: v.optional(v.picklist(['startup', 'readiness', 'liveness'], 'must be "startup", "readiness" or "liveness"')),
  heartbeat: v.optional(positiveDurationMs),
  interval: v.optional(positiveDurationMs),
  timeout: v.optional(positiveDurationMs),
  initial_delay: v.optional(durationMs),
  grace: v.optional(durationMs, 0),
  success_threshold: v.optional(whole(1, 1000), 1),
  failure_threshold: v.optional(whole(1, 1000)),
  on_failure: v.optional(
    v.picklist(['restart', 'stop', 'shutdown', 'ignore'], 'must be "restart", "stop", "shutdown" or "ignore"'),
  ),
  jitter: v.optional(
    v.pipe(
      v.number('must be a number from 0 to 1'),
      v.minValue(0, 'must be from 0 to 1'),
      v.maxValue(1, 'must be from 0 to 1'),
    ),
    1,
  ),
  blame: v.optional(flag, true),
});

/** Their names. */
export const SETTING_NAMES: readonly (keyof Settings)[] = [
  'name',
  'kind',
  'heartbeat',
  'interval',
  'timeout',
  'initial_delay',
  'grace',
  'success_threshold',
  'failure_threshold',
  'on_failure',
  'jitter',
  'blame',
];

/** Whether a key of a check table is a setting; the others are probes, or mistakes. */
export function isSetting(key: string): boolean {
  return SETTING_NAMES.some((name) => name === key);
}
