import { nextTurn } from './settle.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Real time for sockets and files before virtual time moves on. */
const PATIENCE_MS = 1000;

/** Virtual time after which something that has to end does not. */
const LONGEST_MS = 10 * 60_000;

/**
 * Moves the clock until the promise settles. Virtual time only moves when nothing happened for a second of real time: a server that
 * opens its port is not to meet a deadline that passes in no time.
 */
export async function drive<T>(clock: VirtualClock, promise: Promise<T>, what: string): Promise<T> {
  let isSettled = false;
  const settled = promise.finally(() => {
    isSettled = true;
  });
  settled.catch(() => {});
  const limitMs = clock.nowMs() + LONGEST_MS;
  for (;;) {
    await waitReal(clock, () => isSettled);
    if (isSettled) return settled;
    const before = clock.nowMs();
    if (before >= limitMs) throw new Error(`cannot wait for ${what} any longer: it takes over ${LONGEST_MS} ms`);
    await clock.until(() => isSettled || clock.nowMs() > before, { withinMs: LONGEST_MS, what });
  }
}

async function waitReal(clock: VirtualClock, condition: () => boolean): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    // What is due now is due whatever sockets do.
    await clock.advance(0);
    if (condition() || performance.now() - startedMs >= PATIENCE_MS) return;
    await nextTurn();
  }
}
