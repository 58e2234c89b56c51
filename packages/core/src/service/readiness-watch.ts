import { aborted } from '../aborted.ts';
import type { Clock } from '../clock.ts';
import type { Run } from './runner.ts';

/** How waiting for readiness came out. */
export type ReadinessResult =
  | { readonly result: 'ready' }
  /** The run ended, or the start was taken back: others deal with that. */
  | { readonly result: 'over' }
  | { readonly result: 'failed'; readonly error: Error };

/** Waits until a run is ready, has ended, is not wanted any more, or its time is over (0: no limit). */
export async function watchReadiness(
  run: Run,
  options: { clock: Clock; timeoutMs: number; takenBack: AbortSignal },
): Promise<ReadinessResult> {
  const { clock, timeoutMs, takenBack } = options;
  const stage = new AbortController();
  const signal = AbortSignal.any([stage.signal, takenBack]);
  const leftMs = Math.max(0, run.startedAtMs + timeoutMs - clock.nowMs());
  const timer = timeoutMs > 0 ? clock.setTimer(leftMs, () => stage.abort(lateness(timeoutMs))) : undefined;
  const ready = run.ready(signal).then(
    (): ReadinessResult => ({ result: 'ready' }),
    (error: unknown): ReadinessResult => ({ result: 'failed', error: asError(error) }),
  );
  const over = run.ended.then((): ReadinessResult => ({ result: 'over' }));
  const result = await Promise.race([over, ready, aborted(signal).then((): ReadinessResult => ({ result: 'over' }))]);
  timer?.cancel();
  const isLate = stage.signal.aborted;
  if (!isLate) stage.abort(OVER);
  if (takenBack.aborted) return { result: 'over' };
  return isLate ? { result: 'failed', error: asError(stage.signal.reason) } : result;
}

const OVER = new Error('the service is not starting any more');

function lateness(timeoutMs: number): Error {
  return new Error(`it was not ready within ${timeoutMs / 1000}s (start_timeout)`);
}

/** Whatever was thrown, as an Error. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
