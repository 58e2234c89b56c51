import { mkdirSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Delivery, parseDelivery } from './delivery.ts';

/** What waits for a server that is down. */
export interface DeliveryQueue {
  /** False: the queue is full, or cannot be written. */
  put(delivery: Delivery): boolean;
  /** The oldest first. */
  waiting(): readonly string[];
  /** Undefined when the entry is gone or damaged. */
  read(entry: string): Delivery | undefined;
  remove(entry: string): void;
}

const SUFFIX = '.tappet-alert';

/**
 * A queue of one file for each delivery, readable for the owner only, at most `slots` of them. It outlives the supervisor. Other
 * files of the folder are left alone.
 */
export function fileQueue(folder: string, slots: number): DeliveryQueue {
  let last = 0;
  const waiting = (): string[] => {
    try {
      return readdirSync(folder)
        .filter((name) => name.endsWith(SUFFIX))
        .sort();
    } catch {
      // Nothing was ever put.
      return [];
    }
  };
  const remove = (entry: string): void => {
    try {
      unlinkSync(join(folder, entry));
    } catch {
      // Somebody else removed it.
    }
  };
  return {
    put(delivery) {
      try {
        if (waiting().length >= slots) return false;
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        last = Math.max(last + 1, Date.now() * 1000);
        const path = join(folder, `${String(last).padStart(20, '0')}${SUFFIX}`);
        writeFileSync(`${path}.new`, JSON.stringify(delivery), { mode: 0o600, flag: 'wx' });
        renameSync(`${path}.new`, path);
        return true;
      } catch {
        return false;
      }
    },
    waiting,
    read(entry) {
      try {
        return parseDelivery(readFileSync(join(folder, entry), 'utf8'));
      } catch {
        return undefined;
      }
    },
    remove,
  };
}

/** The same in memory, for a supervisor that has no folder. */
export function memoryQueue(slots: number): DeliveryQueue {
  const entries = new Map<string, Delivery>();
  let last = 0;
  return {
    put(delivery) {
      if (entries.size >= slots) return false;
      entries.set(String(++last), delivery);
      return true;
    },
    waiting: () => [...entries.keys()],
    read: (entry) => entries.get(entry),
    remove: (entry) => void entries.delete(entry),
  };
}
