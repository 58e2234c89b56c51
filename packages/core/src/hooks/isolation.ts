import type { Clock } from '../clock.ts';
import { PluginError, TappetError } from '../errors/base.ts';
import { wrongAnswer } from './answers.ts';
import { HOOKS, type HookName } from './hooks.ts';
import { isPromiseLike } from './promise-like.ts';
import { BLOCK_LIMIT_MS, SLOW_BLOCK_MS, type TapIdentity, type TapTrace } from './tap-trace.ts';

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
  /** How to give up each call that is being waited for; they hold timers. */
  readonly waiting: Set<() => void>;
  report(problem: TapProblem): void;
}

/** tapable's callback of one async tap. A result of undefined keeps a waterfall's value. */
export type TapDone = (error?: Error | null, result?: unknown) => void;

/** A function for tapable's sync hooks that never throws, and answers undefined when the tap fails. */
export function isolateSync(tap: IsolatedTap): (payload: unknown) => unknown {
  const { trace, clock, run } = tap;
  const { hook } = trace.identity;
  const answers = HOOKS[hook].kind === 'decide';
  return (payload) => {
    if (trace.isQuarantined) return undefined;
    const startedMs = clock.nowMs();
    let result: unknown;
    try {
      result = run(payload, undefined);
    } catch (error) {
      measure(tap, { startedMs });
      fail(tap, error);
      return undefined;
    }
    const blockedMs = measure(tap, { startedMs });
    if (isPromiseLike(result)) {
      refusePromise(tap, result);
      return undefined;
    }
    const answer = result ?? undefined;
    const wrong = answers ? wrongAnswer(hook, answer) : undefined;
    if (wrong !== undefined) {
      fail(tap, new TypeError(wrong));
      return undefined;
    }
    succeedUnlessBlocked(tap, blockedMs);
    return answer;
  };
}

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
  if (tap.trace.isQuarantined) {
    reportSkipped(tap);
    done();
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

/** After a tap that held the event loop, others (status requests, exits) get a turn before the next tap. */
function goOn(blockedMs: number, next: () => void): void {
  if (blockedMs >= SLOW_BLOCK_MS) setImmediate(next);
  else next();
}

function waitFor(call: AsyncCall, result: PromiseLike<unknown>, startedMs: number): void {
  const { tap } = call;
  const { deadlineMs } = tap.trace.identity;
  const blockedMs = tap.clock.nowMs() - startedMs;
  let isOver = false;

  function settle(outcome: Outcome): void {
    if (isOver) return;
    isOver = true;
    tap.waiting.delete(giveUp);
    timer?.cancel();
    measure(tap, { startedMs, blockedMs, overran: 'overran' in outcome });
    end(call, outcome);
  }

  const giveUp = (): void => settle({ error: givenUpError(tap), overran: true });
  tap.waiting.add(giveUp);
  const timer =
    deadlineMs === undefined
      ? undefined
      : tap.clock.setTimer(deadlineMs, () => settle({ error: deadlineError(tap), overran: true }));
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
    if (overran || !isAborted(first)) fail(tap, outcome.error, overran);
    if (isFatal(tap.trace.identity.hook)) done(tapError(tap, outcome.error));
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

interface Measurement {
  readonly startedMs: number;
  /** The sync part; the whole call when absent. */
  readonly blockedMs?: number;
  readonly overran?: boolean | undefined;
}

/** Records how long a call took; returns the part that held the event loop. An overrun is reported on its own. */
function measure(tap: IsolatedTap, { startedMs, blockedMs, overran = false }: Measurement): number {
  const totalMs = tap.clock.nowMs() - startedMs;
  const blocked = blockedMs ?? totalMs;
  const becameSlow = tap.trace.finished(blocked, totalMs);
  if (becameSlow && !overran && blocked < BLOCK_LIMIT_MS) {
    const { identity } = tap.trace;
    const how =
      blocked >= SLOW_BLOCK_MS ? `held the event loop for ${Math.round(blocked)} ms` : `took ${Math.round(totalMs)} ms`;
    tap.report({ what: 'slow', tap: identity, message: `${describeTap(identity)} is slow: it ${how}` });
  }
  return blocked;
}

function succeedUnlessBlocked(tap: IsolatedTap, blockedMs: number): void {
  if (blockedMs < BLOCK_LIMIT_MS) {
    tap.trace.succeeded();
    return;
  }
  const message = `it held the event loop for ${Math.round(blockedMs)} ms, the limit is ${BLOCK_LIMIT_MS} ms`;
  fail(tap, new Error(message), true);
}

function fail(tap: IsolatedTap, error: unknown, overran = false): void {
  const { trace } = tap;
  const { identity } = trace;
  const reason = messageOf(error);
  const isQuarantined = trace.failed(reason, { overran });
  const isVeto = !overran && HOOKS[identity.hook].kind === 'gate' && identity.hook !== 'beforeStop';
  if (!isVeto) {
    const message = overran && error instanceof PluginError ? reason : `${describeTap(identity)} failed: ${reason}`;
    tap.report({ what: overran ? 'overran' : 'failed', tap: identity, message, error });
  }
  if (isQuarantined) {
    const message = `${describeTap(identity)} is quarantined after failing time after time: ${reason}`;
    tap.report({ what: 'quarantined', tap: identity, message });
  }
}

/** Skipping an observer is what quarantine is for; a gate that is passed unasked is worth a word each time. */
function reportSkipped({ trace: { identity }, report }: IsolatedTap): void {
  if (HOOKS[identity.hook].kind !== 'gate') return;
  report({ what: 'skipped', tap: identity, message: `${describeTap(identity)} was skipped: it is quarantined` });
}

function refusePromise(tap: IsolatedTap, promise: PromiseLike<unknown>): void {
  const { identity } = tap.trace;
  fail(tap, new TypeError(`it returned a promise, but ${identity.hook} is a sync hook and awaits nothing`));
  Promise.resolve(promise).then(undefined, (error: unknown) => {
    const message = `${describeTap(identity)} rejected: ${messageOf(error)}`;
    tap.report({ what: 'failed', tap: identity, message, error });
  });
}

function givenUpError({ trace: { identity } }: IsolatedTap): PluginError {
  return new PluginError(`cannot wait for ${describeTap(identity)}: it had not settled when the plugins were closed`, {
    code: 'ERR_PLUGIN_DEADLINE',
    plugin: identity.plugin,
    hook: identity.hook,
  });
}

function deadlineError({ trace: { identity } }: IsolatedTap): PluginError {
  return new PluginError(
    `cannot wait for ${describeTap(identity)}: it did not settle within its deadline of ${identity.deadlineMs} ms`,
    { code: 'ERR_PLUGIN_DEADLINE', plugin: identity.plugin, hook: identity.hook },
  );
}

/** What the caller of a gate or transform gets: the reason first, the culprit behind it. */
function tapError({ trace: { identity } }: IsolatedTap, error: unknown): PluginError {
  if (error instanceof PluginError && error.code === 'ERR_PLUGIN_DEADLINE') return error;
  return new PluginError(`${messageOf(error)} (plugin ${identity.plugin})`, {
    code: 'ERR_PLUGIN_TAP',
    plugin: identity.plugin,
    hook: identity.hook,
    hint: error instanceof TappetError ? error.hint : undefined,
    cause: error,
  });
}

function describeTap({ label, hook }: TapIdentity): string {
  return `tap "${label}" on ${hook}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
