/** Disposes a carried value. */
type Dispose = () => void | Promise<void>;

interface CarriedValue {
  readonly value: unknown;
  dispose: Dispose | undefined;
}

/** A disposal that is due, with the words for its error. */
export interface DueDisposal {
  readonly plugin: string;
  readonly key: string;
  readonly dispose: Dispose;
}

/**
 * Values that outlive generations. A value lives as long as the generation in force has asked for it: {@link Carry.keepOnly}
 * after each commit gives back those that nobody asked for any more. Values that a failed generation created go with it.
 */
export class Carry {
  readonly #values = new Map<string, Map<string, CarriedValue>>();

  claims(): CarryClaims {
    return new CarryClaims(this);
  }

  /** The value, and whether this call created it. */
  take<T>(
    plugin: string,
    key: string,
    init: () => T,
  ): { readonly value: T; readonly isNew: boolean; holder: CarriedValue } {
    const values = this.#values.get(plugin) ?? new Map<string, CarriedValue>();
    this.#values.set(plugin, values);
    const known = values.get(key);
    // Type and key belong together; a plugin that changes the type of a value changes its key.
    if (known !== undefined) return { value: known.value as T, isNew: false, holder: known };
    const holder: CarriedValue = { value: init(), dispose: undefined };
    values.set(key, holder);
    return { value: holder.value as T, isNew: true, holder };
  }

  /** Removes everything but what the claims name, newest first. */
  keepOnly(claims: CarryClaims | undefined): DueDisposal[] {
    return this.#remove((plugin, key) => claims?.has(plugin, key) !== true);
  }

  /** Removes what these claims created. */
  undo(claims: CarryClaims): DueDisposal[] {
    return this.#remove((plugin, key) => claims.created(plugin, key));
  }

  /** Removes everything that one plugin carries. */
  drop(plugin: string): DueDisposal[] {
    return this.#remove((owner) => owner === plugin);
  }

  #remove(isDue: (plugin: string, key: string) => boolean): DueDisposal[] {
    const due: DueDisposal[] = [];
    for (const [plugin, values] of this.#values) {
      for (const [key, { dispose }] of values) {
        if (!isDue(plugin, key)) continue;
        values.delete(key);
        if (dispose !== undefined) due.unshift({ plugin, key, dispose });
      }
    }
    return due;
  }
}

/** What one generation has asked for. */
export class CarryClaims {
  readonly #carry: Carry;
  /** By plugin: the keys, true for those that this generation created. */
  readonly #keys = new Map<string, Map<string, boolean>>();

  constructor(carry: Carry) {
    this.#carry = carry;
  }

  take<T>(
    plugin: string,
    key: string,
    { init, dispose }: { init: () => T; dispose?: ((value: T) => void | Promise<void>) | undefined },
  ): T {
    const { value, isNew, holder } = this.#carry.take(plugin, key, init);
    if (dispose !== undefined) holder.dispose = () => dispose(value);
    const keys = this.#keys.get(plugin) ?? new Map<string, boolean>();
    this.#keys.set(plugin, keys.set(key, isNew || keys.get(key) === true));
    return value;
  }

  has(plugin: string, key: string): boolean {
    return this.#keys.get(plugin)?.has(key) === true;
  }

  created(plugin: string, key: string): boolean {
    return this.#keys.get(plugin)?.get(key) === true;
  }
}
