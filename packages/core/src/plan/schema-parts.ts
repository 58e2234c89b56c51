import * as v from 'valibot';
import { DURATION_PATTERN } from './duration.ts';

// The message of every schema here, and of those made with them, is a phrase that completes "expected …".

/** One schema for each key of a table. */
export type Entries<Table> = { readonly [Key in keyof Table]-?: v.GenericSchema<unknown, Table[Key]> };

const DURATION = 'a duration: seconds, or text such as "5s", "2m" or "500ms"';

/** Any text. */
export const text: v.StringSchema<'text'> = v.string('text');

/** true or false */
export const flag: v.GenericSchema<unknown, boolean> = v.boolean('true or false');

/** Seconds, or text such as "5s". */
export const duration: v.GenericSchema<unknown, number | string> = v.union(
  [
    v.pipe(v.number('a number'), v.finite('a finite number'), v.minValue(0, 'seconds, 0 or more')),
    v.pipe(v.string('text'), v.regex(DURATION_PATTERN, DURATION)),
  ],
  DURATION,
);

/** What the reference page and an editor say about a key. `default` is for reading: the code that fills it in is elsewhere. */
export interface Documentation {
  readonly title: string;
  readonly description: string;
  readonly default?: unknown;
}

/** A schema with its documentation. */
export function describe<Output>(
  schema: v.GenericSchema<unknown, Output>,
  documentation: Documentation,
): v.GenericSchema<unknown, Output> {
  return v.pipe(schema, v.metadata({ ...documentation }));
}

/** A table in which every key may be absent and no other may be there. */
export function optionalTable<Table>(entries: Entries<Table>): v.GenericSchema<unknown, Partial<Table>> {
  // TypeScript cannot follow the keys through Object.fromEntries; the test of the schema compares them.
  return v.strictObject(optionalEntries(entries), 'a table') as v.GenericSchema<unknown, Partial<Table>>;
}

/** The same entries, each of which may be absent. */
export function optionalEntries<Table>(entries: Entries<Table>): Record<string, v.GenericSchema> {
  const all: [string, v.GenericSchema][] = Object.entries(entries);
  return Object.fromEntries(all.map(([key, schema]) => [key, v.optional(schema)]));
}

/** The phrase of a choice; didYouMean reads the names in it. */
export function oneOf(names: readonly string[]): string {
  return `one of ${names.map((name) => `"${name}"`).join(', ')}`;
}

/** A whole number within bounds. */
export function wholeNumber(from: number, to: number): v.GenericSchema<unknown, number> {
  const phrase = `a whole number from ${from} to ${to}`;
  return v.pipe(v.number(phrase), v.integer(phrase), v.minValue(from, phrase), v.maxValue(to, phrase));
}
