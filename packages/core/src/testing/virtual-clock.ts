import type { Clock, Timer } from '../clock.ts';
import { nextTurn, settle, tick } from './settle.ts';
import { type QueuedTimer, TimerQueue } from './timer-queue.ts';

/** How a virtual clock starts. */
export interface VirtualClockOptions {
  /** Wall time at the start, milliseconds since 1970. Default 2026-01-01T00:00:00Z. */
  readonly wallStartMs?: number;
}

/** A clock that stands still until a test moves it. `nowMs` starts at 0. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms`. Timers fire in order of their due time, each at its own moment; after each moment all promises,
   * immediates and file operations settle before time goes on. Rejects with what a timer throws.
   */
  advance(ms: number): Promise<void>;
  /** Lets promises, immediates and file operations settle without moving time. */
  settle(): Promise<void>;
  /**
   * Moves time on, timer by timer, until the condition holds. Rejects when it does not within `withinMs` of virtual time
   * (default one hour) or when nothing is left that could make it true.
   */
  until(condition: () => boolean, options?: { readonly withinMs?: number; readonly what?: string }): Promise<void>;
  /** Moves the wall clock alone, as somebody setting the date does. */
  jumpWall(ms: number): void;
  /** Timers that are set and neither fired nor were cancelled. */
  readonly pendingTimers: number;
}

/** Timers that set themselves again without delay would stop time for ever. */
const MOST_TIMERS_AT_ONE_MOMENT = 100_000;

/** Real time for sockets and children to come in when no timer is left. */
const IDLE_PATIENCE_MS = 2000;

/** A new virtual clock, standing at 0. */
export function virtualClock({ wallStartMs = Date.UTC(2026, 0, 1) }: VirtualClockOptions = {}): VirtualClock {
  const queue = new TimerQueue();
  let now = 0;
  let wallOffset = wallStartMs;
  let seq = 0;
  let pending = 0;
  let isMoving = false;

  async function moveTo(target: number, isDone: () => boolean): Promise<void> {
    if (isMoving) throw new Error('cannot move the virtual clock: it is moving already, await the call before');
    isMoving = true;
    try {
      await settle();
      let firedAtMoment = 0;
      while ((queue.peek()?.atMs ?? Infinity) <= target && !isDone()) {
        const before = now;
        const fired = await fireMoment();
        await settle();
        firedAtMoment = now > before ? fired : firedAtMoment + fired;
        if (firedAtMoment > MOST_TIMERS_AT_ONE_MOMENT) {
          throw new Error(`cannot move the virtual clock: over ${MOST_TIMERS_AT_ONE_MOMENT} timers at ${now} ms`);
        }
      }
    } finally {
      isMoving = false;
    }
  }

  /** Fires what is due at the next moment, promises running between two timers as they do in Node. Tells how many. */
  async function fireMoment(): Promise<number> {
    now = Math.max(now, queue.peek()?.atMs ?? now);
    for (let fired = 1; ; fired++) {
      const timer = queue.take();
      if (timer === undefined) return fired;
      timer.cancelled = true;
      pending--;
      timer.fire();
      if (!isDue(queue.peek()) || fired > MOST_TIMERS_AT_ONE_MOMENT) return fired;
      await tick();
      if (!isDue(queue.peek())) return fired;
    }
  }

  function isDue(timer: QueuedTimer | undefined): boolean {
    return timer !== undefined && timer.atMs <= now;
  }

  return {
    nowMs: () => now,
    wallMs: () => wallOffset + now,
    setTimer(delayMs, fire): Timer {
      const timer = { atMs: now + Math.max(0, delayMs || 0), seq: seq++, fire, cancelled: false };
      queue.add(timer);
      pending++;
      return {
        cancel() {
          if (timer.cancelled) return;
          timer.cancelled = true;
          pending--;
        },
      };
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new TypeError(`advance: expected milliseconds of 0 or more, received ${ms}`);
      const target = now + ms;
      await moveTo(target, () => false);
      now = target;
    },
    settle,
    async until(condition, { withinMs = 3_600_000, what = 'the condition' } = {}) {
      const limit = now + withinMs;
      for (;;) {
        await moveTo(limit, condition);
        if (condition()) return;
        if (queue.peek() !== undefined || !(await comesTrue(() => condition() || queue.peek() !== undefined))) {
          throw new Error(`cannot reach ${what}: it did not hold by ${now} ms of virtual time`);
        }
      }
    },
    jumpWall(ms) {
      wallOffset += ms;
    },
    get pendingTimers() {
      return pending;
    },
  };
}

async function comesTrue(condition: () => boolean): Promise<boolean> {
  const startedMs = performance.now();
  while (!condition()) {
    if (performance.now() - startedMs > IDLE_PATIENCE_MS) return false;
    await nextTurn();
  }
  return true;
}
