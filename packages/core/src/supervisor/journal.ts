import type { ServiceState } from '../service/state.ts';
import { type Cause, formatCause } from '../service/cause.ts';
import type { JournalEntry } from './status.ts';

/** The last transitions of each service with their causes, for `tappet why`. */
export class Journal {
  readonly #entries = new Map<string, JournalEntry[]>();

  record(service: string, entry: { wallMs: number; from: ServiceState; to: ServiceState; cause: Cause }): void {
    const entries = this.#entries.get(service) ?? [];
    if (entries.length === 0) this.#entries.set(service, entries);
    entries.push({
      time: new Date(entry.wallMs).toISOString(),
      from: entry.from,
      to: entry.to,
      cause: formatCause(entry.cause),
    });
    if (entries.length > ENTRIES_PER_SERVICE) entries.shift();
  }

  /** Oldest first. */
  of(service: string): readonly JournalEntry[] {
    return this.#entries.get(service) ?? [];
  }

  forget(service: string): void {
    this.#entries.delete(service);
  }
}

const ENTRIES_PER_SERVICE = 50;
