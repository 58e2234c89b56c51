import { ControlError } from '@tappet/core';
import * as v from 'valibot';

/** A value after its schema. Throws a ControlError (400) that names every fault. */
export function readAs<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
  throw new ControlError(`cannot use the request: ${faults.join('; ')}`, {
    code: 'ERR_CONTROL_REQUEST',
    status: 400,
  });
}

/** A whole number in a query, undefined when it is absent. Throws a ControlError (400). */
export function readCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ControlError(`cannot use ${name}="${text}": expected a whole number`, {
    code: 'ERR_CONTROL_REQUEST',
    status: 400,
  });
}

/** A switch in a query: `1` or `true`. */
export function readSwitch(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text === '1' || text === 'true';
}
