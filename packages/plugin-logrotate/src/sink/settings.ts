import type { RotationRules } from '../language/rules.ts';
import type { NewLog } from './open-log.ts';

/** How what a service writes is changed on its way into the file. All off: not a byte is. */
export interface LineOptions {
  /** The time before each line. */
  readonly timestamps: boolean;
  /** Each line as a JSON object. */
  readonly json: boolean;
  /** Escape sequences of terminals are taken out. */
  readonly stripAnsi: boolean;
  /** Lines a period; undefined: as many as come. */
  readonly rate: Rate | undefined;
}

/** A number of lines in a period. */
export interface Rate {
  readonly lines: number;
  readonly periodMs: number;
}

/** Everything about one log file. */
export interface LogSettings {
  readonly rules: RotationRules;
  /** Id of the service's user, when it has one of its own. */
  readonly serviceUid: number | undefined;
  /** A log never gets larger than this, whatever the rules say: a share of the budget for all. Infinity without one. */
  readonly largestLog: number;
}

/** Size at which a log is rotated at once; Infinity when only time does it. */
export function sizeLimit({ rules, largestLog }: LogSettings): number {
  const bySize = rules.criterion.kind === 'size' ? Math.max(rules.criterion.bytes, 1) : Infinity;
  const byMaximum = rules.maxSize > 0 ? rules.maxSize : Infinity;
  return Math.min(bySize, byMaximum, largestLog);
}

/** Owner and mode of a new file of the log. */
export function freshLog({ rules }: LogSettings): NewLog {
  return {
    mode: rules.create?.mode ?? 0o640,
    uid: rules.create?.uid ?? rules.su?.uid,
    gid: rules.create?.gid ?? rules.su?.gid,
  };
}
