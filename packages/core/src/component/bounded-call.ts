import type { Clock } from '../clock.ts';
import { StopTimeoutError } from '../errors/base.ts';

/** How long a call may still take after its signal aborted, before it is abandoned. */
const GRACE_MS = 100;

/**
 * Calls `work` with a signal. When `timeoutMs` is over (or `outer` aborts) the signal aborts; a call that has not settled
 * shortly after is abandoned: the result is a StopTimeoutError and whatever the call does later is ignored.
 */
export function boundedCall<T>(options: {
  work: (signal: AbortSignal) => Promise<T> | T;
  what: string;
  timeoutMs: number | undefined;
  clock: Clock;
  outer?: AbortSignal;
}): Promise<T> {
  const { work, what, clock, outer } = options;
  const timeoutMs = options.timeoutMs ?? 0;
  const inner = new AbortController();
  return new Promise<T>((resolve, reject) => {
    let timer = timeoutMs > 0 ? clock.setTimer(timeoutMs, late) : undefined;
    function late(): void {
      const error = new StopTimeoutError(`${what} did not return within ${timeoutMs} ms`);
      inner.abort(error);
      timer = clock.setTimer(GRACE_MS, () => finish(() => reject(error)));
    }
    function cut(): void {
      timer?.cancel();
      inner.abort(outer?.reason);
      timer = clock.setTimer(GRACE_MS, () =>
        finish(() => reject(new StopTimeoutError(`${what} did not return when it was cut short`))),
      );
    }
    function finish(settle: () => void): void {
      timer?.cancel();
      outer?.removeEventListener('abort', cut);
      settle();
    }
    if (outer?.aborted === true) cut();
    else outer?.addEventListener('abort', cut, { once: true });
    Promise.resolve()
      .then(() => work(inner.signal))
      .then(
        (value) =>
          finish(() =>
            inner.signal.aborted && timeoutMs > 0 && outer?.aborted !== true
              ? reject(inner.signal.reason as Error)
              : resolve(value),
          ),
        (error: unknown) => finish(() => reject(error)),
      );
  });
}
