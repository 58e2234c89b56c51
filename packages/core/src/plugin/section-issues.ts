import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ConfigIssue, ConfigPath } from '../errors/base.ts';
import { didYouMean } from '../errors/nearest.ts';
import { formatPath } from '../errors/render.ts';
import { unknownKey } from '../plan/table.ts';
import { isTable } from '../plan/values.ts';
import { knownKeys } from './known-keys.ts';
import { isConfigIssue } from './section-schema.ts';

/** One value of the configuration that belongs to a plugin, and the schema that checks it. */
export interface OwnedValue {
  readonly schema: StandardSchemaV1;
  readonly value: unknown;
  /** Where it stands. */
  readonly path: ConfigPath;
  /** Of which service, as messages begin: `service "web": `; empty for `[plugins.*]`. */
  readonly subject: string;
}

/**
 * An issue of a schema as issues of the configuration. Unknown keys are told as the core tells its own: all of them, each at the key,
 * with the nearest that the schema knows.
 */
export function sectionIssues(issue: StandardSchemaV1.Issue, owned: OwnedValue): readonly ConfigIssue[] {
  const { path: base, subject } = owned;
  const inner = (issue.path ?? []).map(keyOf);
  const unknown = unknownKeys(issue, inner);
  if (unknown !== undefined) return unknownKeyIssues(unknown, owned);
  const path = [...base, ...inner];
  // A message of the form "cannot <do> <what>: <why>" says itself what it is about.
  const isWhole = issue.message.startsWith('cannot ');
  const shown = formatPath(base[0] === 'services' ? path.slice(2) : path);
  const message = `${subject}${isWhole ? '' : `${shown}: `}${issue.message}`;
  return [isConfigIssue(issue) ? { ...issue, message, path } : { code: 'ERR_CONFIG_TYPE', message, path }];
}

interface UnknownKeys {
  readonly table: ConfigPath;
  readonly keys: readonly string[];
}

/** The keys that an issue is about when it says that they are not known. There is no common word for it: each library has its own. */
function unknownKeys(issue: object, path: ConfigPath): UnknownKeys | undefined {
  // zod: https://zod.dev/error-formatting
  if ('code' in issue && issue.code === 'unrecognized_keys' && 'keys' in issue && Array.isArray(issue.keys))
    return { table: path, keys: issue.keys.map(String) };
  // valibot (https://valibot.dev/api/strictObject) expects "never" there, arktype (https://arktype.io) that it be "removed".
  if (path.length === 0 || !('expected' in issue) || (issue.expected !== 'never' && issue.expected !== 'removed'))
    return undefined;
  return { table: path.slice(0, -1), keys: [String(path.at(-1))] };
}

/** Some libraries stop at the first: when the schema tells which keys it knows, the others are found by them. */
function unknownKeyIssues({ table, keys }: UnknownKeys, { schema, value, path, subject }: OwnedValue): ConfigIssue[] {
  const known = knownKeys(schema, table);
  const written = known.length === 0 ? [] : Object.keys(tableAt(value, table));
  const all = new Set([...keys, ...written.filter((key) => !known.includes(key))]);
  return [...all].map((key) =>
    unknownKey({
      key,
      path: [...path, ...table],
      subject: nameOfTable([...path, ...table], subject),
      candidates: known,
      hint: didYouMean(key, known) ?? listOf(known),
    }),
  );
}

/** `[plugins.budget]`, `"budget" of service "web"` */
function nameOfTable(path: ConfigPath, subject: string): string {
  if (path[0] !== 'services') return `[${formatPath(path)}]`;
  return `"${formatPath(path.slice(2))}" of ${subject.replace(/: $/, '')}`;
}

function listOf(known: readonly string[]): string | undefined {
  return known.length === 0 ? undefined : `the keys here are ${known.join(', ')}`;
}

function tableAt(value: unknown, path: ConfigPath): Readonly<Record<string, unknown>> {
  let at = value;
  for (const key of path) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  return isTable(at) ? at : {};
}

function keyOf(part: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof part === 'object' ? part.key : part;
  return typeof key === 'symbol' ? String(key) : key;
}
