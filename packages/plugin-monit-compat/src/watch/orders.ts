import type { ServiceAction, Step } from '../engine/action.ts';

/** What is being done to services. Orders that touch the same service wait for each other. */
export class Orders {
  /** Actions under way, by the service that they were asked for. */
  readonly pending: Map<string, ServiceAction> = new Map();
  /** The order that each service is in: the next one waits for it. */
  readonly #latest = new Map<string, Promise<unknown>>();

  has(service: string): boolean {
    return this.#latest.has(service);
  }

  /** Resolves when the service is in no order any more of those that are known now. */
  async settled(service: string): Promise<void> {
    await this.#latest.get(service);
  }

  /** Resolves when all orders known now are done; undefined when there is none. */
  get all(): Promise<unknown> | undefined {
    return this.#latest.size === 0 ? undefined : Promise.all(this.#latest.values());
  }

  /** Runs an order when no earlier one touches its services any more. They count as busy from now until it is done. */
  run<T>(
    { steps, action, service }: { steps: readonly Step[]; action: ServiceAction; service: string },
    work: () => Promise<T>,
  ): Promise<T> {
    const names = [...new Set(steps.map((step) => step.service))];
    const earlier = names.flatMap((name) => this.#latest.get(name) ?? []);
    const result = earlier.length === 0 ? work() : Promise.all(earlier).then(work);
    const over = result.then(
      () => undefined,
      () => undefined,
    );
    for (const name of names) this.#latest.set(name, over);
    this.pending.set(service, action);
    void over.then(() => {
      if (this.#latest.get(service) === over) this.pending.delete(service);
      for (const name of names) {
        if (this.#latest.get(name) === over) this.#latest.delete(name);
      }
    });
    return result;
  }
}
