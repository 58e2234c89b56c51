import { PluginError } from '../errors/base.ts';
import { HOOKS } from './hooks.ts';
import type { IsolatedTap } from './isolated-tap.ts';
import { describeTap, messageOf } from './tap-errors.ts';
import { BLOCK_LIMIT_MS, SLOW_BLOCK_MS } from './tap-trace.ts';

/** One finished call. */
export interface Measurement {
  readonly startedMs: number;
  /** The sync part; the whole call when absent. */
  readonly blockedMs?: number;
  readonly overran?: boolean | undefined;
}

/** Records how long a call took; returns the part that held the event loop. An overrun is reported on its own. */
export function measure(tap: IsolatedTap, { startedMs, blockedMs, overran = false }: Measurement): number {
  const totalMs = tap.clock.nowMs() - startedMs;
  const blocked = blockedMs ?? totalMs;
  // Of a tap that is awaited the part that blocked was told before.
  if (blockedMs === undefined) tap.rests.held(tap.trace.identity.plugin, blocked);
  const becameSlow = tap.trace.finished(blocked, totalMs);
  if (becameSlow && !overran && blocked < BLOCK_LIMIT_MS) {
    const { identity } = tap.trace;
    const how =
      blocked >= SLOW_BLOCK_MS ? `held the event loop for ${Math.round(blocked)} ms` : `took ${Math.round(totalMs)} ms`;
    tap.report({ what: 'slow', tap: identity, message: `${describeTap(identity)} is slow: it ${how}` });
  }
  return blocked;
}

/** Takes a call for a success unless it held the event loop beyond the limit. */
export function succeedUnlessBlocked(tap: IsolatedTap, blockedMs: number): void {
  if (blockedMs < BLOCK_LIMIT_MS) {
    tap.trace.succeeded();
    return;
  }
  const message = `it held the event loop for ${Math.round(blockedMs)} ms, the limit is ${BLOCK_LIMIT_MS} ms`;
  fail(tap, new Error(message), true);
}

/** Counts a failure and tells people, except of a veto, which is the caller's to tell. */
export function fail(tap: IsolatedTap, error: unknown, overran = false): void {
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
export function reportSkipped({ trace: { identity }, report }: IsolatedTap): void {
  if (HOOKS[identity.hook].kind !== 'gate') return;
  report({ what: 'skipped', tap: identity, message: `${describeTap(identity)} was skipped: it is quarantined` });
}

/** Fails a sync tap that returned a promise, and keeps its rejection from going unhandled. */
export function refusePromise(tap: IsolatedTap, promise: PromiseLike<unknown>): void {
  const { identity } = tap.trace;
  fail(tap, new TypeError(`it returned a promise, but ${identity.hook} is a sync hook and awaits nothing`));
  Promise.resolve(promise).then(undefined, (error: unknown) => {
    const message = `${describeTap(identity)} rejected: ${messageOf(error)}`;
    tap.report({ what: 'failed', tap: identity, message, error });
  });
}
