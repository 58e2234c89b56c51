import { type CivilTime, startOfHour } from '../decide/civil-time.ts';
import type { Report, Reporter } from '../language/report.ts';
import type { SwitchUser } from '../language/rules.ts';
import type { LogFiles, Outcome } from './log-files.ts';
import type { ScriptRunner } from './run-script.ts';

/** What a run of rotations needs from outside. */
export interface RotationContext {
  /** The one moment that all decisions of a run are made at. */
  readonly nowMs: number;
  readonly now: CivilTime;
  readonly isForced: boolean;
  /** Nothing is changed and no script runs. */
  readonly isDryRun: boolean;
  readonly mailCommand: string;
  readonly report: Reporter;
  /** Whether anybody sees debug messages. They are made for nothing otherwise, several for each log. */
  readonly isVerbose: boolean;
  readonly runScript: ScriptRunner;
  /** The files in the name of the account of a block. */
  readonly filesFor: (su: SwitchUser | undefined) => Promise<LogFiles>;
  readonly state: RotationState;
}

/** Last rotations, and which logs were met in this run. */
export class RotationState {
  readonly entries: Map<string, CivilTime>;
  readonly met: Set<string> = new Set<string>();
  readonly #now: CivilTime;

  constructor(entries: Map<string, CivilTime>, now: CivilTime) {
    this.entries = entries;
    this.#now = now;
  }

  /** The last rotation of a log; a log that is new counts from the start of this hour. */
  lastRotated(log: string): CivilTime {
    this.met.add(log);
    const known = this.entries.get(log);
    if (known !== undefined) return known;
    const first = startOfHour(this.#now);
    this.entries.set(log, first);
    return first;
  }

  markRotated(log: string): void {
    this.entries.set(log, this.#now);
  }
}

/** Passes on what an operation wants to have said. */
export function tell(report: Reporter, { notes }: Outcome): void {
  for (const note of notes) report(note satisfies Report);
}
