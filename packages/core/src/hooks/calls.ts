import type { PlanDraft } from '../plan/plan.ts';
import type { CheckReadyPayload } from './events.ts';
import type { HookName, Hooks } from './hooks.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Hooks that are called, and what must be known of calls under way. */
export interface CallTarget {
  readonly hooks: Hooks;
  /** Calls under way by hook, except `checkReady`. A generation is drained when this is empty. */
  readonly inFlight: Map<HookName, number>;
  /** Called whenever a call under way has ended. */
  onCallEnd: (() => void) | undefined;
  /** Aborts when this set of hooks is not in force any more. */
  readonly retired: AbortSignal;
}

const DONE: Promise<void> = Promise.resolve();

/**
 * The hooks as the supervisor calls them, always on the target of the moment. A hook without taps costs one comparison.
 * `checkReady` may wait for minutes: when its target is retired meanwhile, the question is put to the next one instead.
 */
export function createLifecycle(current: () => CallTarget): Lifecycle {
  return Object.freeze({
    async plan(draft) {
      return callPlan(current(), draft);
    },
    beforeStart: asyncCall('beforeStart', current, (hooks) => hooks.beforeStart),
    async spawnSpec(spec, payload) {
      const target = current();
      if (target.hooks.spawnSpec.taps.length === 0) return spec;
      return counted(target, 'spawnSpec', target.hooks.spawnSpec.promise(spec, payload));
    },
    onSpawn: syncCall(current, (hooks) => hooks.onSpawn),
    checkReady: (payload) => checkReady(current, payload),
    onReady: syncCall(current, (hooks) => hooks.onReady),
    onOutput: syncCall(current, (hooks) => hooks.onOutput),
    onExit: asyncCall('onExit', current, (hooks) => hooks.onExit),
    decideRestart: syncCall(current, (hooks) => hooks.decideRestart),
    beforeStop: asyncCall('beforeStop', current, (hooks) => hooks.beforeStop),
    onStop: asyncCall('onStop', current, (hooks) => hooks.onStop),
    onStateChange: syncCall(current, (hooks) => hooks.onStateChange),
    onReload: asyncCall('onReload', current, (hooks) => hooks.onReload),
    onShutdown: asyncCall('onShutdown', current, (hooks) => hooks.onShutdown),
  } satisfies Lifecycle);
}

/** The plan hook of one target; used for generations that are not in force yet. */
export async function callPlan(target: CallTarget, draft: PlanDraft): Promise<PlanDraft> {
  if (target.hooks.plan.taps.length === 0) return draft;
  return counted(target, 'plan', target.hooks.plan.promise(draft));
}

interface SyncTapable<Payload, Result> {
  readonly taps: readonly unknown[];
  call(payload: Payload): Result;
}

interface AsyncTapable<Payload> {
  readonly taps: readonly unknown[];
  promise(payload: Payload): Promise<void>;
}

function syncCall<Payload, Result>(
  current: () => CallTarget,
  pick: (hooks: Hooks) => SyncTapable<Payload, Result | undefined>,
): (payload: Payload) => Result | undefined {
  return (payload) => {
    const hook = pick(current().hooks);
    return hook.taps.length === 0 ? undefined : hook.call(payload);
  };
}

function asyncCall<Payload>(
  name: HookName,
  current: () => CallTarget,
  pick: (hooks: Hooks) => AsyncTapable<Payload>,
): (payload: Payload) => Promise<void> {
  return (payload) => {
    const target = current();
    const hook = pick(target.hooks);
    return hook.taps.length === 0 ? DONE : counted(target, name, hook.promise(payload));
  };
}

async function counted<T>(target: CallTarget, hook: HookName, call: Promise<T>): Promise<T> {
  target.inFlight.set(hook, (target.inFlight.get(hook) ?? 0) + 1);
  try {
    return await call;
  } finally {
    const left = (target.inFlight.get(hook) ?? 1) - 1;
    if (left === 0) target.inFlight.delete(hook);
    else target.inFlight.set(hook, left);
    target.onCallEnd?.();
  }
}

async function checkReady(current: () => CallTarget, payload: CheckReadyPayload): Promise<void> {
  for (;;) {
    const target = current();
    if (target.hooks.checkReady.taps.length === 0) return;
    try {
      if (await askOnce(target, payload)) return;
    } catch (error) {
      if (!target.retired.aborted || payload.signal.aborted || current() === target) throw error;
    }
    if (current() === target) throw new Error('cannot check readiness: the plugins were closed');
  }
}

/**
 * True: ready. False: the target was retired before all its taps had answered. Rejects with the first tap's error, or at once
 * with the reason of the abort, so that a tap that ignores its signal holds nothing up.
 */
function askOnce(target: CallTarget, payload: CheckReadyPayload): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const abort = new AbortController();
    const cancel = (): void => end(() => reject(payload.signal.reason as Error), payload.signal.reason);
    const retire = (): void => end(() => resolve(false), new Error('the plugins were reloaded'));
    function end(settle: () => void, abortReason?: unknown): void {
      payload.signal.removeEventListener('abort', cancel);
      target.retired.removeEventListener('abort', retire);
      settle();
      if (abortReason !== undefined) abort.abort(abortReason);
    }

    payload.signal.addEventListener('abort', cancel);
    target.retired.addEventListener('abort', retire);
    target.hooks.checkReady.promise({ ...payload, signal: abort.signal }).then(
      () => end(() => resolve(true)),
      (error: unknown) => end(() => reject(error)),
    );
    if (payload.signal.aborted) cancel();
  });
}
