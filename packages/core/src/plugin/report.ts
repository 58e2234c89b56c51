import type { HookName } from '../hooks/hooks.ts';
import type { TapStage } from './context.ts';

/** One tap and what it cost so far. */
export interface TapReport {
  readonly hook: HookName;
  /** `plugin:tap` */
  readonly label: string;
  readonly stage: TapStage;
  readonly calls: number;
  readonly errors: number;
  /** Calls that overran their deadline. */
  readonly timeouts: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** It ran longer than it should in recent calls. */
  readonly slow: boolean;
  /** It failed so often in a row that it is not called any more. */
  readonly quarantined: boolean;
  readonly lastError: string | null;
}

/** One plugin as `tappet plugins` shows it. */
export interface PluginReport {
  readonly name: string;
  readonly version: string | null;
  /** Where it was loaded from; null for one given as a value. */
  readonly from: string | null;
  /** Time its setup took. */
  readonly setupMs: number;
  /** Why it is not called any more until the next reload, null while it is at work. */
  readonly switchedOff: string | null;
  /** In the order in which they are called within each hook. */
  readonly taps: readonly TapReport[];
  readonly methods: readonly string[];
}
