import { inspect } from 'node:util';
import { type ConfigIssue, type ConfigPath, didYouMean, formatPath } from '@tappet/core';
import type { BaseIssue, GenericSchema } from 'valibot';

/** What valibot found, as issues of the configuration: `path` is where the checked value stands. */
export function configIssues(
  issues: readonly BaseIssue<unknown>[],
  { path, schema }: { path: ConfigPath; schema: GenericSchema<unknown, unknown> },
): ConfigIssue[] {
  return issues.map((issue) => {
    const inner = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
    const full = [...path, ...inner];
    if (issue.type === 'never') return unknownOption(full, optionNames(schema, inner.slice(0, -1)));
    if (isMissing(issue)) return missingOption(full);
    return wrongValue(full, issue);
  });
}

/** The issue of a key that nothing knows, with the nearest of the known ones. */
export function unknownOption(path: ConfigPath, known: readonly string[]): ConfigIssue {
  const name = String(path.at(-1) ?? '');
  const options = known.length === 0 ? undefined : `the options here are ${known.join(', ')}`;
  return {
    code: 'ERR_CONFIG_UNKNOWN_KEY',
    message: `cannot use ${formatPath(path)}: "${name}" is not an option here`,
    path,
    at: 'key',
    hint: didYouMean(name, known) ?? options,
  };
}

function missingOption(path: ConfigPath): ConfigIssue {
  return {
    code: 'ERR_CONFIG_MISSING',
    message: `cannot use ${formatPath(path.slice(0, -1))}: it needs "${String(path.at(-1))}"`,
    path,
  };
}

function wrongValue(path: ConfigPath, issue: BaseIssue<unknown>): ConfigIssue {
  const message = `cannot use ${formatPath(path)}${shown(issue.input, path)}: ${why(issue)}`;
  return { code: 'ERR_CONFIG_TYPE', message, path };
}

function isMissing(issue: BaseIssue<unknown>): boolean {
  return (
    issue.kind === 'schema' &&
    issue.input === undefined &&
    issue.type === 'object_with_rest' &&
    (issue.path?.length ?? 0) > 0
  );
}

function why(issue: BaseIssue<unknown>): string {
  return issue.message.startsWith('Invalid ') ? `must be ${issue.expected ?? 'something else'}` : issue.message;
}

function isSecret(path: ConfigPath): boolean {
  return path.some((key) => key === 'password' || key === 'bearer' || key === 'auth' || key === 'headers');
}

/** " = value", without what could be a secret: tables are not shown at all. */
function shown(value: unknown, path: ConfigPath): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return '';
  if (isSecret(path)) return ' = (hidden)';
  const text = typeof value === 'string' ? JSON.stringify(value) : inspect(value, { breakLength: Infinity, depth: 1 });
  return ` = ${text.length > 80 ? `${text.slice(0, 77)}...` : text}`;
}

function optionNames(schema: unknown, path: readonly (string | number)[]): string[] {
  const entries = entriesOf(schema);
  const [key, ...rest] = path;
  if (key === undefined) return entries === undefined ? [] : Object.keys(entries);
  return entries === undefined ? [] : optionNames(Object.getOwnPropertyDescriptor(entries, key)?.value, rest);
}

/** The entries of a table schema, through `optional`, `pipe` and `lazy`. */
function entriesOf(schema: unknown): object | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  if ('entries' in schema && typeof schema.entries === 'object' && schema.entries !== null) return schema.entries;
  if ('pipe' in schema && Array.isArray(schema.pipe)) {
    return schema.pipe
      .map((step) => (step === schema ? undefined : entriesOf(step)))
      .find((found) => found !== undefined);
  }
  if ('getter' in schema && typeof schema.getter === 'function') return entriesOf(schema.getter({}));
  return 'wrapped' in schema ? entriesOf(schema.wrapped) : undefined;
}
