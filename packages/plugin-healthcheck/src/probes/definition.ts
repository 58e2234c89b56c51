import type { GenericSchema } from 'valibot';
import type { ProbeFinding, ProbeResult } from './result.ts';
import { runBounded } from './run-bounded.ts';

/** One OS process: its pid and the start time in clock ticks since boot (field 22 of `/proc/<pid>/stat`). */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks?: number | undefined;
}

/** What a probe takes from the service it looks at. Every field may be missing. */
export interface ProbeContext {
  /** The service's whole environment, for `exec`; without it only PATH is handed on. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Numeric ids of the service's user, for `exec`. Needs root. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Words put before the command of `exec`, such as a `setpriv` call that also sets the groups. Replaces `user`. */
  readonly commandPrefix?: readonly string[] | undefined;
  /** The service's main process, for `process`. */
  readonly process?: ProcessIdentity | undefined;
}

/** How one attempt is bounded. `deadlineMs` counts from the call. */
export interface ProbeRunOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly context?: ProbeContext | undefined;
}

/** What an attempt works with. */
export interface ProbeIo {
  /** Aborted at the deadline or by the caller: everything opened must go away then. */
  readonly signal: AbortSignal;
  readonly context: ProbeContext;
  /** What is going on, as "connecting to …": it completes "timed out after 3 s while". */
  doing: string;
}

/** A kind of probe: its options as data, and the function that tries once. */
export interface ProbeDefinition<Name extends string, Description> {
  readonly name: Name;
  /** The option that a bare value stands for: `tcp = "…"` is `tcp = { address = "…" }`. */
  readonly short: string;
  readonly options: GenericSchema<unknown, Description>;
  /** The probe in a few words, without secrets: "http GET http://127.0.0.1:8080/ok". */
  describe(description: Description): string;
  /** Tries once. Never rejects and never outlives its deadline. */
  run(description: Description, options: ProbeRunOptions): Promise<ProbeResult>;
}

/** The parts of a probe that its author writes. `attempt` resolves with a finding or throws (`ProbeFailure` by choice). */
export interface ProbeParts<Name extends string, Description> {
  readonly name: Name;
  readonly short: string;
  readonly options: GenericSchema<unknown, Description>;
  describe(description: NoInfer<Description>): string;
  attempt(description: NoInfer<Description>, io: ProbeIo): Promise<ProbeFinding>;
}

/** Makes a probe from its parts: adds the bounds that hold for every probe. */
export function defineProbe<const Name extends string, Description>(
  parts: ProbeParts<Name, Description>,
): ProbeDefinition<Name, Description> {
  const { name, short, options, describe, attempt } = parts;
  return {
    name,
    short,
    options,
    describe,
    run: (description, runOptions) => runBounded((io) => attempt(description, io), runOptions),
  };
}
