import { wrongAnswer } from './answers.ts';
import { HOOKS, type HookName } from './hooks.ts';
import type { IsolatedTap, TapDone } from './isolated-tap.ts';
import { isPromiseLike } from './promise-like.ts';
import { deadlineError, givenUpError, isRefusal, tapError } from './tap-errors.ts';
import { SLOW_BLOCK_MS } from './tap-trace.ts';
import { fail, measure, reportSkipped, succeedUnlessBlocked } from './verdict.ts';

/** A function for tapable's async hooks with one argument, or two: always calls back once, at the latest at the deadline. */
export function isolateAsync(tap: IsolatedTap): (...args: never[]) => void {
  return tap.trace.identity.hook === 'spawnSpec'
    ? (value: unknown, payload: unknown, done: TapDone) => callAsync({ tap, first: value, second: payload, done })
    : (payload: unknown, done: TapDone) => callAsync({ tap, first: payload, second: undefined, done });
}

interface AsyncCall {
  readonly tap: IsolatedTap;
  readonly first: unknown;
  readonly second: unknown;
  readonly done: TapDone;
}

function callAsync(call: AsyncCall): void {
  const { tap, first, second, done } = call;
  if (tap.trace.isOff) {
    done();
    return;
  }
  if (tap.trace.isQuarantined) {
    reportSkipped(tap);
    done();
    return;
  }
  const restMs = tap.rests.leftMs(tap.trace.identity.plugin);
  if (restMs > 0) {
    afterRest(call, restMs);
    return;
  }
  const startedMs = tap.clock.nowMs();
  let result: unknown;
  try {
    result = tap.run(first, second);
  } catch (error) {
    const blockedMs = measure(tap, { startedMs });
    goOn(blockedMs, () => end(call, { error }));
    return;
  }
  if (isPromiseLike(result)) {
    waitFor(call, result, startedMs);
    return;
  }
  const value = result;
  const blockedMs = measure(tap, { startedMs });
  goOn(blockedMs, () => end(call, { value, blockedMs }));
}

/** A tap whose plugin rests is called when the rest is over: a gate or a transform cannot be left out. */
function afterRest(call: AsyncCall, restMs: number): void {
  const { tap } = call;
  function giveUp(): void {
    timer.cancel();
    tap.waiting.delete(giveUp);
    end(call, { error: givenUpError(tap.trace.identity), overran: true });
  }
  const timer = tap.clock.setTimer(restMs, () => {
    tap.waiting.delete(giveUp);
    callAsync(call);
  });
  tap.waiting.add(giveUp);
}

/** After a tap that held the event loop, others (status requests, exits) get a turn before the next tap. */
function goOn(blockedMs: number, next: () => void): void {
  if (blockedMs >= SLOW_BLOCK_MS) setImmediate(next);
  else next();
}

function waitFor(call: AsyncCall, result: PromiseLike<unknown>, startedMs: number): void {
  const { tap } = call;
  const { clock, waiting } = tap;
  const { deadlineMs } = tap.trace.identity;
  const blockedMs = clock.nowMs() - startedMs;
  tap.rests.held(tap.trace.identity.plugin, blockedMs);
  let isOver = false;

  function settle(outcome: Outcome): void {
    if (isOver) return;
    isOver = true;
    waiting.delete(giveUp);
    timer?.cancel();
    measure(tap, { startedMs, blockedMs, overran: 'overran' in outcome });
    end(call, outcome);
  }
  function giveUp(): void {
    settle({ error: givenUpError(tap.trace.identity), overran: true });
  }

  const timer =
    deadlineMs === undefined
      ? undefined
      : clock.setTimer(deadlineMs, () => settle({ error: deadlineError(tap.trace.identity), overran: true }));
  waiting.add(giveUp);
  Promise.resolve(result).then(
    (value) => settle({ value, blockedMs }),
    (error: unknown) => settle({ error }),
  );
}

type Outcome =
  { readonly value: unknown; readonly blockedMs: number } | { readonly error: unknown; readonly overran?: true };

function end({ tap, first, done }: AsyncCall, outcome: Outcome): void {
  if ('error' in outcome) {
    const overran = outcome.overran === true;
    // A tap that gives up because it was told to has not failed.
    const isNoFault = isAborted(first) || isRefusal(tap.trace.identity, outcome.error);
    if (overran || !isNoFault) fail(tap, outcome.error, overran);
    if (isFatal(tap.trace.identity.hook)) done(tapError(tap.trace.identity, outcome.error));
    else done();
    return;
  }
  const wrong = wrongAnswer(tap.trace.identity.hook, outcome.value ?? undefined);
  if (wrong !== undefined) {
    end({ tap, first, second: undefined, done }, { error: new TypeError(wrong) });
    return;
  }
  succeedUnlessBlocked(tap, outcome.blockedMs);
  if (HOOKS[tap.trace.identity.hook].kind === 'transform') done(null, outcome.value ?? undefined);
  else done();
}

/** Whether a failing tap ends the operation. `beforeStop` is a gate that can only delay. */
function isFatal(hook: HookName): boolean {
  const { kind } = HOOKS[hook];
  return (kind === 'gate' && hook !== 'beforeStop') || kind === 'transform';
}

function isAborted(payload: unknown): boolean {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'signal' in payload &&
    payload.signal instanceof AbortSignal &&
    payload.signal.aborted
  );
}
