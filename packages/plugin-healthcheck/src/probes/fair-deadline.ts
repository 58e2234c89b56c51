/** A longer timer would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Timers are late by this much on an idle machine. */
const USUAL_LATENESS_MS = 20;

/**
 * Calls `expire` after `deadlineMs`, in which this process could run. When the timer itself is late, because the daemon did
 * not get the processor, the answer may be lying there unread: the lost time is given back once, up to `deadlineMs`. And as
 * expired timers come before sockets in a turn of the event loop, what has arrived by then is always read first.
 */
export function fairDeadline(deadlineMs: number, expire: () => void): { cancel(): void } {
  const limitMs = Math.min(Math.max(0, deadlineMs), LONGEST_TIMEOUT_MS);
  const dueMs = performance.now() + limitMs;
  let immediate: NodeJS.Immediate | undefined;
  const readFirst = (): void => {
    immediate = setImmediate(expire);
  };
  let timer = setTimeout(() => {
    const lateMs = performance.now() - dueMs;
    if (lateMs < USUAL_LATENESS_MS) readFirst();
    else timer = setTimeout(readFirst, Math.min(lateMs, limitMs));
  }, limitMs);
  return {
    cancel() {
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
