import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Delivery, parseDelivery } from './delivery.ts';

/** What waits for a server that is down. */
export interface DeliveryQueue {
  /** The entry; undefined when the queue is full, or cannot be written. */
  put(delivery: Delivery): string | undefined;
  /** The oldest first. */
  waiting(): readonly string[];
  /** Undefined when the entry is gone or damaged. */
  read(entry: string): Delivery | undefined;
  remove(entry: string): void;
}

const SUFFIX = '.tappet-alert';

/** More than any alert holds: such a file is none of ours. */
const MOST_BYTES = 1024 * 1024;

/**
 * A queue of one file for each delivery, readable for the owner only, at most `slots` for mail and as many for the webhook, so that one
 * that is down takes nothing from the other. It outlives the supervisor. Other files of the folder are left alone.
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
        const ending = `-${delivery.kind}${SUFFIX}`;
        if (waiting().filter((name) => name.endsWith(ending)).length >= slots) return undefined;
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        last = Math.max(last + 1, Date.now() * 1000);
        const entry = `${String(last).padStart(20, '0')}${ending}`;
        const path = join(folder, entry);
        writeFileSync(`${path}.new`, JSON.stringify(delivery), { mode: 0o600, flag: 'wx' });
        renameSync(`${path}.new`, path);
        return entry;
      } catch {
        // The disk is full, or the folder is not ours: the caller says that the alert is lost.
        return undefined;
      }
    },
    waiting,
    read(entry) {
      try {
        const path = join(folder, entry);
        return statSync(path).size > MOST_BYTES ? undefined : parseDelivery(readFileSync(path, 'utf8'));
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
      if ([...entries.values()].filter(({ kind }) => kind === delivery.kind).length >= slots) return undefined;
      const entry = String(++last);
      entries.set(entry, delivery);
      return entry;
    },
    waiting: () => [...entries.keys()],
    read: (entry) => entries.get(entry),
    remove: (entry) => void entries.delete(entry),
  };
}
