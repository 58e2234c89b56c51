import type { Clock } from '../clock.ts';

/** Work of a plugin that must not last for ever. */
export interface BoundedWork<T> {
  readonly clock: Clock;
  readonly deadlineMs: number;
  work(): T | PromiseLike<T>;
  /** The error of a missed deadline. */
  late(): Error;
}

/** What the work gives or throws; rejects with `late()` at the deadline and ignores what comes after it. */
export function withDeadline<T>({ clock, deadlineMs, work, late }: BoundedWork<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(deadlineMs, () => reject(late()));
    new Promise<T>((settle) => {
      settle(work());
    })
      .finally(() => timer.cancel())
      .then(resolve, reject);
  });
}
