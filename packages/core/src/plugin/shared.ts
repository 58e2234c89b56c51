import type { Token } from './context.ts';

/** What the plugins of one generation share with each other. */
export class Shared {
  readonly #values = new Map<string, { readonly plugin: string; readonly value: unknown }>();

  /** Throws a TypeError when another plugin provides it already. */
  provide<T>(plugin: string, token: Token<T>, value: T): void {
    const known = this.#values.get(token.id);
    if (known !== undefined) {
      throw new TypeError(`provide: "${token.id}" is provided by plugin "${known.plugin}" already`);
    }
    this.#values.set(token.id, { plugin, value });
  }

  use<T>(token: Token<T>): T | undefined {
    // The token's id stands for its type: whoever provides under it keeps to that type.
    return this.#values.get(token.id)?.value as T | undefined;
  }
}
