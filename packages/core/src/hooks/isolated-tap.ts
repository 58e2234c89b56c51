import type { Clock } from '../clock.ts';
import type { Rests } from './rests.ts';
import type { TapIdentity, TapTrace } from './tap-trace.ts';

/** Something about a tap that people should know. */
export interface TapProblem {
  readonly what: 'failed' | 'overran' | 'slow' | 'quarantined' | 'skipped';
  readonly tap: TapIdentity;
  readonly message: string;
  readonly error?: unknown;
}

/** A tap as the plugin wrote it, and what is kept about it. */
export interface IsolatedTap {
  readonly run: (first: unknown, second: unknown) => unknown;
  readonly trace: TapTrace;
  readonly clock: Clock;
  readonly rests: Rests;
  /** How to give up each call that is being waited for; they hold timers. */
  readonly waiting: Set<() => void>;
  report(problem: TapProblem): void;
}

/** tapable's callback of one async tap. A result of undefined keeps a waterfall's value. */
export type TapDone = (error?: Error | null, result?: unknown) => void;
