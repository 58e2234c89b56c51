/** A timer that can be taken back. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Where time comes from. Decisions use `nowMs`; `wallMs` is for display and records only. */
export interface Clock {
  /** Milliseconds on a clock that never jumps; the origin is arbitrary. */
  nowMs(): number;
  /** Milliseconds since 1970-01-01 UTC as the machine believes. */
  wallMs(): number;
  /** Calls `fire` once after `delayMs` (values below 0 count as 0). */
  setTimer(delayMs: number, fire: () => void): Timer;
}

/** setTimeout overflows above this and fires at once (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock: monotonic time for decisions, libuv timers. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  setTimer(delayMs, fire) {
    const timeout = setTimeout(fire, Math.min(Math.max(delayMs, 0), LONGEST_TIMEOUT_MS));
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** Resolves after `delayMs`; with a signal it rejects with the signal's reason as soon as that aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    function abort(): void {
      timer.cancel();
      reject(signal?.reason as Error);
    }
    signal?.addEventListener('abort', abort, { once: true });
  });
}
