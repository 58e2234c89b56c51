import { inspect } from 'node:util';

/** True for a plain table: what TOML, JSON and YAML call a table, object or mapping. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || isForeignPlain(prototype);
}

/** A received value for a message, at most about 80 characters. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'a date' : `the date ${value.toISOString()}`;
  if (Array.isArray(value) && value.length === 0) return 'an empty list';
  const text = inspect(value, {
    depth: 1,
    breakLength: Infinity,
    maxArrayLength: 5,
    maxStringLength: 40,
    customInspect: false,
  });
  return `${Array.isArray(value) ? 'the list ' : isTable(value) ? 'the table ' : ''}${text.length > 80 ? `${text.slice(0, 80)}…` : text}`;
}

/** A frozen copy of plain tables and lists, all the way down; anything else is kept as it is. */
export function frozenCopy<T>(value: T): T {
  return copy(value, new Map()) as T;
}

/** Freezes a value that was made here: tables and lists, all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (!Array.isArray(value) && !isTable(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
}

function copy(value: unknown, seen: Map<unknown, unknown>): unknown {
  if (!Array.isArray(value) && !isTable(value)) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    seen.set(value, list);
    for (const item of value) list.push(copy(item, seen));
    return Object.freeze(list);
  }
  const table: Record<string, unknown> = {};
  seen.set(value, table);
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(table, key, {
      value: copy(item, seen),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return Object.freeze(table);
}

/** Plain objects of another realm (a test runner's sandbox) have another Object.prototype. */
function isForeignPlain(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'hasOwnProperty')
  );
}
