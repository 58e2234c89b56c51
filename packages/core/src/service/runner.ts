import type { ProcessIdentity } from '../process/contract.ts';
import type { ExitInfo } from './exit.ts';
import type { Cause } from './cause.ts';

/** How a run ended, before it is judged. `error` says why it never came to run or what it threw. */
export interface RunEnd {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly uptimeMs: number;
  readonly error?: Error | undefined;
}

/** One life of a service: a process, or an in-process component. */
export interface Run {
  readonly pid: number | undefined;
  /** Undefined for a component. */
  readonly identity: ProcessIdentity | undefined;
  readonly adopted: boolean;
  readonly startedAtMs: number;
  /** Resolves once when it is over. Never rejects. */
  readonly ended: Promise<RunEnd>;
  /** Resolves when every readiness condition holds, rejects when one of them failed. */
  ready(signal: AbortSignal): Promise<void>;
  /** Ends it: politely, then by force once `timeoutMs` is over or shortly after `hurry` aborts. Resolves when it is over. */
  stop(options: { timeoutMs: number; hurry: AbortSignal }): Promise<void>;
  /** Removes what it left behind, after its end. Resolves with the number of processes that had to be killed. */
  sweep(): Promise<number>;
  signal(signal: NodeJS.Signals): boolean;
  /** Forgets it without touching it. */
  release(): void;
}

/** Knows how to bring one service to life; the state machine around it does not care whether that is a process. */
export interface Runner {
  /** What runs before the start: gates, scripts. Rejects with the reason when the service must not start. */
  prepare(context: StartContext): Promise<void>;
  /** Starts it. Rejects with the reason when that fails. */
  start(context: StartContext): Promise<Run>;
  /** What runs after every end: the pos_script. Never rejects. */
  finish(exit: ExitInfo): Promise<void>;
}

/** One attempt to start. */
export interface StartContext {
  readonly generation: string;
  readonly cause: Cause;
  /** Aborts when the start is taken back. */
  readonly signal: AbortSignal;
}
