/** A place in a text, both counted from 1; the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where the keys and values of a configuration stand, by path. */
export interface Places {
  /** Of the key at the end of the path, else of the table or list item that has no key of its own. */
  key(path: readonly (string | number)[]): Position | undefined;
  value(path: readonly (string | number)[]): Position | undefined;
}

/** The place of an offset. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** A line by its number, without its end; empty when there is none. */
export function lineAt(text: string, line: number): string {
  return (text.split('\n')[line - 1] ?? '').replace(/\r$/, '');
}

/** Places by path that were collected beforehand. */
export class PlaceIndex implements Places {
  readonly #keys = new Map<string, Position>();
  readonly #values = new Map<string, Position>();

  add(path: readonly (string | number)[], places: { readonly key?: Position; readonly value?: Position }): void {
    const id = JSON.stringify(path);
    // The first is where the thing begins: the header of a table, not one of its parts.
    if (places.key !== undefined && !this.#keys.has(id)) this.#keys.set(id, places.key);
    if (places.value !== undefined && !this.#values.has(id)) this.#values.set(id, places.value);
  }

  key(path: readonly (string | number)[]): Position | undefined {
    return this.#keys.get(JSON.stringify(path));
  }

  value(path: readonly (string | number)[]): Position | undefined {
    return this.#values.get(JSON.stringify(path));
  }
}
