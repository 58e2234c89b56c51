import type { ExitInfo } from '../service/exit.ts';
import type { IntentAction } from '../service/intent.ts';
import type { ServiceState } from '../service/state.ts';
import type { Actor, Cause } from '../service/cause.ts';

interface EventBase {
  /** Grows by one with each event of this supervisor. */
  readonly seq: number;
  /** ISO 8601 with milliseconds, wall clock. */
  readonly time: string;
}

/** What happens in a supervisor, in order, as data. */
export type SupervisorEvent = EventBase &
  (
    | {
        readonly type: 'state';
        readonly service: string;
        readonly from: ServiceState;
        readonly to: ServiceState;
        readonly cause: Cause;
        readonly pid: number | undefined;
      }
    | { readonly type: 'spawn'; readonly service: string; readonly pid: number; readonly adopted: boolean }
    | { readonly type: 'exit'; readonly service: string; readonly exit: ExitInfo }
    | { readonly type: 'gave-up'; readonly service: string; readonly failures: number; readonly cause: Cause }
    | {
        readonly type: 'intent';
        readonly service: string;
        readonly action: IntentAction;
        readonly actor: Actor;
        readonly outcome: string;
        readonly cause: Cause;
      }
    | {
        readonly type: 'reload';
        readonly added: readonly string[];
        readonly removed: readonly string[];
        readonly restarted: readonly string[];
        readonly updated: readonly string[];
      }
    | { readonly type: 'started'; readonly services: number; readonly failed: readonly string[] }
    | { readonly type: 'shutdown'; readonly cause: Cause; readonly exitCode: number }
    | { readonly type: 'plugin'; readonly plugin: string; readonly hook: string | undefined; readonly message: string }
    | {
        readonly type: 'note';
        readonly level: 'info' | 'warn' | 'error';
        readonly service: string | undefined;
        readonly message: string;
      }
    | {
        readonly type: 'custom';
        readonly plugin: string;
        readonly name: string;
        readonly data: Readonly<Record<string, unknown>>;
      }
  );

/** An event before it gets its number and time. */
export type NewEvent = SupervisorEvent extends infer E
  ? E extends SupervisorEvent
    ? Omit<E, 'seq' | 'time'>
    : never
  : never;
