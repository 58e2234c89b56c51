import type { Clock, Timer } from '../clock.ts';
import type { ProcessIdentity } from './contract.ts';
import { isAlive } from './identity.ts';

/** Notices the end of processes that are not our children: nobody tells us, and Node has no pidfd. */
export interface Follower {
  /** Calls `onGone` once when the process is gone. */
  follow(identity: ProcessIdentity, onGone: () => void): Followed;
  close(): void;
}

export interface Followed {
  /** Something hints at its end (its pipe or its cgroup became empty): look now, and some more times within 0.3 s. */
  hint(): void;
  /** Looks once, now. */
  check(): void;
  close(): void;
}

/** Hints come from the kernel within a millisecond. This only finds a main process whose children live on without it. */
const SLOW_LOOK_MS = 3000;
/** Most looks are one cheap system call that a reused number would deceive; each n-th compares the start time. */
const WHOLE_LOOK_EVERY = 5;
/** A process closes its descriptors and leaves its cgroup a moment before it counts as dead. */
const HINT_LOOKS_MS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128];

export function createFollower(clock: Clock): Follower {
  const entries = new Set<{ look: (isWhole: boolean) => void }>();
  let timer: Timer | undefined;
  let looks = 0;

  function schedule(): void {
    if (timer !== undefined || entries.size === 0) return;
    timer = clock.setTimer(SLOW_LOOK_MS, () => {
      timer = undefined;
      looks++;
      for (const entry of entries) entry.look(looks % WHOLE_LOOK_EVERY === 0);
      schedule();
    });
  }

  return {
    follow(identity, onGone) {
      let hints: Timer | undefined;
      const close = (): void => {
        entries.delete(entry);
        hints?.cancel();
      };
      const look = (isWhole: boolean): void => {
        if (!entries.has(entry) || (!isWhole && hasNumber(identity.pid)) || isAlive(identity)) return;
        close();
        onGone();
      };
      const lookAgain = (index: number): void => {
        look(true);
        const delayMs = HINT_LOOKS_MS[index];
        if (!entries.has(entry) || delayMs === undefined) return;
        hints?.cancel();
        hints = clock.setTimer(delayMs, () => lookAgain(index + 1));
      };
      const entry = { look };
      entries.add(entry);
      schedule();
      return { hint: () => lookAgain(0), check: () => look(true), close };
    },
    close() {
      entries.clear();
      timer?.cancel();
      timer = undefined;
    },
  };
}

function hasNumber(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
