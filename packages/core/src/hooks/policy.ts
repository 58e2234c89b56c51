import type { Clock } from '../clock.ts';
import type { TapStage } from '../plugin/context.ts';
import { asPlugin } from './attribution.ts';
import { DEFAULT_DEADLINE_MS, HOOKS, type HookName, type Hooks } from './hooks.ts';
import { isolateAsync } from './isolate-async.ts';
import { isolateSync } from './isolate-sync.ts';
import type { TapProblem } from './isolated-tap.ts';
import { Rests } from './rests.ts';
import { type TapIdentity, TapTrace } from './tap-trace.ts';

/** Consecutive failures after which a tap is not called any more. */
export const QUARANTINE_AFTER = 5;

export interface PolicyOptions {
  readonly clock: Clock;
  /** Called for each failure, overrun, slow call and quarantine. Must not throw. */
  report(problem: TapProblem): void;
  /** Default: for these hooks alone. */
  readonly rests?: Rests;
  /** Gets a function for each async call under way that gives it up. */
  readonly waiting?: Set<() => void>;
  /** Default {@link QUARANTINE_AFTER}. */
  readonly quarantineAfter?: number;
}

/** The parts of a tap that tapable hands to `register`, ours among them. */
interface RegisteredTap {
  readonly type: 'sync' | 'async' | 'promise';
  readonly name: string;
  readonly fn: unknown;
  readonly stage?: number;
  readonly tapStage?: TapStage;
  readonly deadlineMs?: number | undefined;
}

/**
 * Puts the error policy on a set of hooks: from now on every tap is wrapped as it is registered, by one interceptor per hook.
 * tapable leaves open what happens when a tap throws (it skips the rest), hangs (it waits for ever) or is async on a sync hook
 * (it is not awaited); the wrapper settles all three. Returns the traces, which grow as taps are registered.
 */
export function applyPolicy(hooks: Hooks, options: PolicyOptions): readonly TapTrace[] {
  const traces: TapTrace[] = [];
  const rests = options.rests ?? new Rests(options.clock);
  for (const name of hookNames()) {
    hooks[name].intercept({
      register(tap) {
        const { trace, ...wrapped } = wrapTap(name, tap, { ...options, rests });
        traces.push(trace);
        return { ...tap, ...wrapped };
      },
    });
  }
  return traces;
}

/** All hook names, in the order of the table. */
export function hookNames(): readonly HookName[] {
  return Object.keys(HOOKS).filter((name): name is HookName => Object.hasOwn(HOOKS, name));
}

/** Whether taps of this hook may be async. */
export function isAsyncHook(hook: HookName): boolean {
  return HOOKS[hook].tapable.startsWith('Async');
}

/** Limit on a tap of this hook that sets none; undefined: none. */
export function defaultDeadlineMs(hook: HookName): number | undefined {
  return HOOKS[hook].deadlineMs === undefined ? undefined : DEFAULT_DEADLINE_MS;
}

interface WrappedTap {
  readonly trace: TapTrace;
  readonly type: 'sync' | 'async';
  readonly fn: (...args: never[]) => unknown;
}

function wrapTap(hook: HookName, tap: RegisteredTap, options: PolicyOptions & { readonly rests: Rests }): WrappedTap {
  const { clock, rests, report, waiting = new Set(), quarantineAfter = QUARANTINE_AFTER } = options;
  if (typeof tap.fn !== 'function') {
    throw new TypeError(`${hook}.tap: expected a function for "${tap.name}", received ${typeof tap.fn}`);
  }
  const trace = new TapTrace(identify(hook, tap), quarantineAfter);
  const given = tap.fn as (first: unknown, second: unknown) => unknown;
  const run = (first: unknown, second: unknown): unknown => asPlugin(trace.identity.plugin, () => given(first, second));
  const isolated = { run, trace, clock, rests, waiting, report };
  return isAsyncHook(hook)
    ? { trace, type: 'async', fn: isolateAsync(isolated) }
    : { trace, type: 'sync', fn: isolateSync(isolated) };
}

function identify(hook: HookName, { name, tapStage = 'normal', deadlineMs }: RegisteredTap): TapIdentity {
  return {
    plugin: name.slice(0, Math.max(name.indexOf(':'), 0)) || 'core',
    hook,
    label: name,
    stage: tapStage,
    deadlineMs: deadlineMs ?? defaultDeadlineMs(hook),
  };
}
