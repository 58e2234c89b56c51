/** A service that others fail because of, from the first failure put down to it until it is well again. */
export interface Incident {
  readonly root: string;
  readonly sinceMs: number;
  readonly affected: ReadonlySet<string>;
}

/** A check that is down, with an action that waits until its root is well again. */
export interface HeldCheck {
  readonly service: string;
  readonly check: string;
  /** Of the service when it was held: a later one starts anew anyhow. */
  readonly life: number;
}

/** The incidents that are open, one for each root, and the actions that wait for their end. */
export class Incidents {
  readonly #open = new Map<string, { sinceMs: number; affected: Set<string>; held: HeldCheck[] }>();

  /** Puts a failure down to a root. True when this opens an incident. */
  blame(root: string, affected: string, atMs: number): boolean {
    const known = this.#open.get(root);
    if (known !== undefined) {
      known.affected.add(affected);
      return false;
    }
    this.#open.set(root, { sinceMs: atMs, affected: new Set([affected]), held: [] });
    return true;
  }

  hold(root: string, held: HeldCheck): void {
    this.#open.get(root)?.held.push(held);
  }

  isRoot(service: string): boolean {
    return this.#open.has(service);
  }

  roots(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** The roots that this service fails because of. */
  rootsOf(service: string): readonly string[] {
    return [...this.#open].filter(([, { affected }]) => affected.has(service)).map(([root]) => root);
  }

  list(): readonly Incident[] {
    return [...this.#open].map(([root, { sinceMs, affected }]) => ({ root, sinceMs, affected }));
  }

  /** Ends the incident of a root and hands out what was held because of it and of nothing else. */
  close(root: string): { readonly incident: Incident; readonly released: readonly HeldCheck[] } | undefined {
    const known = this.#open.get(root);
    if (known === undefined) return undefined;
    this.#open.delete(root);
    const others = [...this.#open.values()].flatMap(({ held }) => held);
    const isStillHeld = ({ service, check }: HeldCheck): boolean =>
      others.some((other) => other.service === service && other.check === check);
    const { sinceMs, affected, held } = known;
    return { incident: { root, sinceMs, affected }, released: held.filter((one) => !isStillHeld(one)) };
  }
}
