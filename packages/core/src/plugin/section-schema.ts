import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ERROR_CODES } from '../errors/codes.ts';
import type { ConfigIssue, ConfigPath } from '../errors/base.ts';

/** What reading a section gives: its value, or everything that is wrong with it. */
export type SectionReading<Value> = { readonly value: Value } | { readonly issues: readonly ConfigIssue[] };

/** What {@link sectionSchema} takes besides the reading function. */
export interface SectionSchemaOptions {
  /** Where the section stands, for messages that show it: given to the reading function, and paths of its issues begin with it. Default: empty. */
  readonly at?: ConfigPath;
  /** The section in JSON Schema (https://standardschema.dev/json-schema), for `tappet schema`. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
}

/** The schema of a section that is read by a function. */
export interface SectionSchema<Value> extends StandardSchemaV1<unknown, Value> {
  readonly '~standard': StandardSchemaV1.Props<unknown, Value> & {
    readonly jsonSchema?: {
      input(): Record<string, unknown>;
      output(): Record<string, unknown>;
    };
  };
}

/**
 * A function that reads a section as the schema of a plugin, for sections that need more than a validator says: a language of
 * their own, values that depend on each other. Its issues keep what issues of other schemas do not have: code, hint, and
 * whether the key or its value is at fault.
 *
 * ```ts
 * const serviceSchema = sectionSchema((raw) => {
 *   const at = typeof raw === 'string' ? parseSchedule(raw) : undefined;
 *   if (at !== undefined) return { value: at };
 *   return { issues: [{ code: 'ERR_CONFIG_TYPE', message: 'cannot read the schedule: …', path: [] }] };
 * });
 * ```
 */
export function sectionSchema<Value>(
  read: (raw: unknown, at: ConfigPath) => SectionReading<Value> | Promise<SectionReading<Value>>,
  { at = [], jsonSchema }: SectionSchemaOptions = {},
): SectionSchema<Value> {
  const result = (reading: SectionReading<Value>): StandardSchemaV1.Result<Value> =>
    'value' in reading
      ? reading
      : { issues: reading.issues.map((issue) => ({ ...issue, path: issue.path.slice(at.length) })) };
  const convert = (): Record<string, unknown> => ({ ...jsonSchema });
  return Object.freeze({
    '~standard': Object.freeze({
      version: 1,
      vendor: 'tappet',
      validate(raw: unknown) {
        const reading = read(raw, at);
        return reading instanceof Promise ? reading.then(result) : result(reading);
      },
      ...(jsonSchema === undefined ? {} : { jsonSchema: { input: convert, output: convert } }),
    }),
  });
}

/** Whether an issue of a schema is one of ours, with a code. */
export function isConfigIssue(issue: StandardSchemaV1.Issue): issue is ConfigIssue {
  return 'code' in issue && typeof issue.code === 'string' && Object.hasOwn(ERROR_CODES, issue.code);
}
