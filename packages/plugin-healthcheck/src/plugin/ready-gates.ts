/** Those who wait for services to be ready. */
export class ReadyGates {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Resolves when `isOpen` holds, which is looked at now and at each {@link look}. Rejects when the signal aborts. */
  wait(service: string, { signal, isOpen }: { signal: AbortSignal; isOpen: () => boolean }): Promise<void> {
    return new Promise((resolve, reject) => {
      const looks = this.#waiting.get(service) ?? new Set();
      this.#waiting.set(service, looks);
      const done = (): void => {
        looks.delete(look);
        signal.removeEventListener('abort', abort);
      };
      function look(): void {
        if (!isOpen()) return;
        done();
        resolve();
      }
      function abort(): void {
        done();
        reject(signal.reason as Error);
      }
      signal.addEventListener('abort', abort, { once: true });
      looks.add(look);
      if (signal.aborted) abort();
      else look();
    });
  }

  /** Something about this service is different. */
  look(service: string): void {
    this.#waiting.get(service)?.forEach((look) => look());
  }

  /** Nobody is let in any more: their signals end the wait. */
  close(): void {
    this.#waiting.clear();
  }
}
