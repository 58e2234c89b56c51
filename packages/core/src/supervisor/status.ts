import type { ServiceType } from '../plan/plan.ts';
import type { ExitInfo } from '../service/exit.ts';
import type { ServiceState } from '../service/state.ts';

/** One service as `tappet status --json` shows it. Durations in milliseconds. */
export interface ServiceStatus {
  readonly name: string;
  readonly state: ServiceState;
  readonly type: ServiceType | 'component';
  readonly enabled: boolean;
  readonly required: boolean;
  readonly pid: number | null;
  /** Since the current process was started, null while there is none. */
  readonly uptimeMs: number | null;
  /** A oneshot that ended with success. */
  readonly completed: boolean;
  /** It ended by SIGKILL or SIGTERM that nobody here asked for. */
  readonly unexpected: boolean;
  /** A user stopped it: nothing automatic starts it again. */
  readonly held: boolean;
  /** Restarts that nobody asked for, since the supervisor started. */
  readonly restarts: number;
  readonly starts: number;
  readonly failures: number;
  /** Failures divided by starts, 0 to 1. */
  readonly failureRate: number;
  /** Of the last start: from leaving PENDING to ready. */
  readonly startupMs: number | null;
  /** Of the last start: time in PENDING, waiting for dependencies. */
  readonly dependencyWaitMs: number | null;
  /** Of the last stop: from STOPPING to gone. */
  readonly shutdownMs: number | null;
  readonly lastExit: ExitInfo | null;
  /** Why it is in this state, one line. */
  readonly reason: string | null;
  /** What it waits for right now: dependencies, probes, a timer, a stop in progress. */
  readonly waitingFor: readonly string[];
  readonly notes: readonly string[];
  /** What plugins add, by plugin name. */
  readonly plugins: Readonly<Record<string, unknown>>;
}

/** The supervisor as `tappet status --json` shows it. */
export interface SupervisorStatus {
  readonly project: string;
  readonly pid: number;
  readonly version: string;
  /** Wall clock, ISO 8601. */
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly phase: 'starting' | 'running' | 'stopping' | 'stopped';
  readonly configFile: string | null;
  readonly directory: string | null;
  readonly notes: readonly string[];
  readonly services: readonly ServiceStatus[];
}

/** One transition in the journal of a service. */
export interface JournalEntry {
  readonly time: string;
  readonly from: ServiceState;
  readonly to: ServiceState;
  /** The cause chain as text, first cause first. */
  readonly cause: string;
}

/** What `tappet why NAME` prints. */
export interface WhyReport {
  readonly service: string;
  readonly state: ServiceState;
  readonly reason: string | null;
  readonly waitingFor: readonly string[];
  /** What plugins have to say of it: why it is not well. */
  readonly notes: readonly string[];
  /** What plugins found out last, such as results of its probes, newest last. */
  readonly results: readonly string[];
  /** Newest last. */
  readonly journal: readonly JournalEntry[];
  /** While a shutdown runs: what it still waits for. */
  readonly blocksShutdown: readonly string[];
}
