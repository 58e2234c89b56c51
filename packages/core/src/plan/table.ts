import * as v from 'valibot';
import type { ConfigIssue, ConfigPath } from '../errors/base.ts';
import { didYouMean } from '../errors/nearest.ts';
import { formatPath } from '../errors/render.ts';
import { isTable, show } from './values.ts';
import type { Entries } from './schema-parts.ts';

/** One table of a configuration and how to read it. */
export interface TableRequest<Table> {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly entries: Entries<Table>;
  readonly path: ConfigPath;
  /** How messages call the table: `service "web"`. */
  readonly subject: string;
  readonly report: (issue: ConfigIssue) => void;
  /** Entries of keys whose value may be a table of its own. */
  readonly nested?: Readonly<Record<string, Entries<object>>>;
  /** Asked for advice about a wrong value, before the nearest right one is suggested. */
  readonly hint?: (path: ConfigPath) => string | undefined;
  /** Asked for keys that are not in `entries`: the issue, or undefined to let the key pass. */
  readonly unknown?: (key: string, value: unknown) => ConfigIssue | undefined;
}

/** The values of a table that are right; everything wrong is reported, and treated as absent. */
export function readTable<Table>(request: TableRequest<Table>): Partial<Table> {
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(request.raw)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(request.entries, key)) reportUnknown(request, key, value);
    else if (isRight(request, key as keyof Table & string, value)) values[key] = value;
  }
  // Each value was just checked against the schema of its key.
  return values as Partial<Table>;
}

function reportUnknown<Table>(request: TableRequest<Table>, key: string, value: unknown): void {
  const issue =
    request.unknown === undefined
      ? unknownKey({ key, path: request.path, subject: request.subject, candidates: Object.keys(request.entries) })
      : request.unknown(key, value);
  if (issue !== undefined) request.report(issue);
}

/** The issue of a key that nothing owns, with the nearest that something does. */
export function unknownKey(options: {
  readonly key: string;
  readonly path: ConfigPath;
  readonly subject: string;
  readonly candidates: Iterable<string>;
  readonly hint?: string | undefined;
}): ConfigIssue {
  return {
    code: 'ERR_CONFIG_UNKNOWN_KEY',
    message: `cannot use "${options.key}" in ${options.subject}: there is no such key`,
    path: [...options.path, options.key],
    at: 'key',
    hint: options.hint ?? didYouMean(options.key, options.candidates),
  };
}

function isRight<Table>(request: TableRequest<Table>, key: keyof Table & string, value: unknown): boolean {
  const { entries, path, subject, report } = request;
  const nested = request.nested?.[key];
  if (nested !== undefined && isTable(value)) {
    let isClean = true;
    readTable({
      raw: value,
      entries: nested,
      path: [...path, key],
      subject: path.length === 0 ? `[${key}]` : `"${key}" of ${subject}`,
      report(issue) {
        isClean = false;
        report(issue);
      },
    });
    return isClean;
  }
  const issues = checkValue(entries[key], value);
  for (const { path: inner, expected, received } of issues) {
    const at: ConfigPath = [key, ...inner];
    report({
      code: 'ERR_CONFIG_TYPE',
      message: `cannot use "${formatPath(at)}" of ${subject}: expected ${expected}, received ${show(received)}`,
      path: [...path, ...at],
      hint: request.hint?.(at) ?? (typeof received === 'string' ? didYouMean(received, quoted(expected)) : undefined),
    });
  }
  return issues.length === 0;
}

/** One thing wrong with a value: `expected` completes "expected …". */
interface ValueIssue {
  readonly path: ConfigPath;
  readonly expected: string;
  readonly received: unknown;
}

/** Everything wrong with a value by a schema whose messages are such phrases. */
function checkValue(schema: v.GenericSchema, value: unknown): readonly ValueIssue[] {
  const nul = findNul(value);
  if (nul !== undefined) return [nul];
  const result = v.safeParse(narrowed(schema, value), value);
  if (result.success) return [];
  return result.issues.map((issue) => ({
    path: (issue.path ?? []).map((item) => (typeof item.key === 'number' ? item.key : String(item.key))),
    expected: issue.message,
    received: issue.input,
  }));
}

/** Of a union the one option that fits the value's shape, so that what is wrong inside it is told and not only that nothing fits. */
function narrowed(schema: v.GenericSchema, value: unknown): v.GenericSchema {
  if (!('options' in schema) || !Array.isArray(schema.options) || schema.type !== 'union') return schema;
  const shape = Array.isArray(value) ? ['array'] : isTable(value) ? ['record'] : [];
  const options: v.GenericSchema[] = schema.options;
  return options.find((option) => shape.includes(option.type)) ?? schema;
}

/** The first text with a NUL, in a value or one level below it: no argument, variable or path of a process can hold one. */
function findNul(value: unknown): ValueIssue | undefined {
  const texts: Iterable<[string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : isTable(value)
      ? Object.entries(value)
      : [];
  for (const [key, text] of texts) if (hasNul(text)) return nulIssue([key], text);
  return hasNul(value) ? nulIssue([], value) : undefined;
}

function hasNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\0');
}

function nulIssue(path: ConfigPath, received: unknown): ValueIssue {
  return { path, expected: 'text without NUL characters', received };
}

function quoted(phrase: string): string[] {
  return [...phrase.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '');
}
