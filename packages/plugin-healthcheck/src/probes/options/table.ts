import * as v from 'valibot';

/** A table of options in which every other key is an issue of its own (all of them are reported, not only the first). */
export function table<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.GenericSchema<
  v.InferInput<v.StrictObjectSchema<Entries, undefined>>,
  v.InferOutput<v.StrictObjectSchema<Entries, undefined>>
> {
  return v.objectWithRest(entries, v.never());
}

/** Text with at least one character. */
export const text: v.GenericSchema<string> = v.pipe(v.string('must be text'), v.nonEmpty('must not be empty'));

/** Text that may be empty. */
export const anyText: v.GenericSchema<string> = v.string('must be text');

/** true or false. */
export const flag: v.GenericSchema<boolean> = v.boolean('must be true or false');

/** A whole number from `least` to `most`. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): v.GenericSchema<number> {
  const why =
    most === Number.MAX_SAFE_INTEGER
      ? `must be a whole number, at least ${least}`
      : `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(why), v.integer(why), v.minValue(least, why), v.maxValue(most, why));
}

/** A table with keys of the user's own, such as headers. */
export function tableOf<Value>(
  value: v.GenericSchema<unknown, Value>,
  why: string,
): v.GenericSchema<unknown, Record<string, Value>> {
  return v.pipe(
    v.unknown(),
    // valibot leaves these out without a word: an expectation would be lost.
    v.check(
      (given) => !RESERVED.some((key) => isTable(given) && Object.hasOwn(given, key)),
      `must not have the keys ${RESERVED.join(', ')}`,
    ),
    v.record(v.string(), value, why),
  );
}

const RESERVED = ['__proto__', 'constructor', 'prototype'];

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
