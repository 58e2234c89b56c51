import type { ConfigIssue, ConfigPath } from '@tappet/core';
import * as v from 'valibot';

/** What reading a part of the configuration gives: the value, or everything that is wrong with it. */
export type Read<Value> = { readonly value: Value } | { readonly issues: readonly ConfigIssue[] };

/** A reading function as a schema. Paths of its issues start at the value. */
export function schemaOf<Value>(read: (raw: unknown) => Read<Value>): v.GenericSchema<unknown, Value> {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, Value>(({ dataset, addIssue, NEVER }) => {
      const result = read(dataset.value);
      if ('value' in result) return result.value;
      for (const { message, hint, path } of result.issues) {
        const text = hint === undefined ? message : `${message} (${hint})`;
        const items = issuePath(dataset.value, path);
        addIssue(items === undefined ? { message: text } : { message: text, path: items });
      }
      return NEVER;
    }),
  );
}

type PathItem = {
  readonly type: 'unknown';
  readonly origin: 'value';
  readonly input: unknown;
  readonly key: unknown;
  readonly value: unknown;
};

function issuePath(root: unknown, path: ConfigPath): [PathItem, ...PathItem[]] | undefined {
  let input = root;
  const items = path.map((key): PathItem => {
    const value: unknown =
      typeof input === 'object' && input !== null ? Object.getOwnPropertyDescriptor(input, key)?.value : undefined;
    const item: PathItem = { type: 'unknown', origin: 'value', input, key, value };
    input = value;
    return item;
  });
  const [first, ...rest] = items;
  return first === undefined ? undefined : [first, ...rest];
}
