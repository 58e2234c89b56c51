import type { Logger } from '../log.ts';

/** Hands the lines that services write on their notify descriptors to whoever listens. */
export class NotifyLines {
  readonly #log: Logger;
  readonly #listeners = new Map<string, Set<(line: string) => void>>();

  constructor(log: Logger) {
    this.#log = log;
  }

  subscribe(service: string, listener: (line: string) => void): () => void {
    const listeners = this.#listeners.get(service) ?? new Set();
    this.#listeners.set(service, listeners);
    const entry = (line: string): void => listener(line);
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  publish(service: string, line: string): void {
    for (const listener of this.#listeners.get(service) ?? []) {
      try {
        listener(line);
      } catch (error) {
        this.#log.error({ err: error, service }, 'a notify listener threw');
      }
    }
  }
}
