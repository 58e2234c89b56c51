import { type ConfigIssue, type ConfigPath, parseDuration } from '@tappet/core';
import * as v from 'valibot';
import { readForCheck } from './control-reading.ts';
import { fastIssues, type FastServices } from './model/fast-services.ts';
import type { InlineRule } from './model/inline-rules.ts';
import { readShared } from './model/inline-readings.ts';
import { issueLine } from './source/include-list.ts';

/** Where alerts go besides mail. */
export interface WebhookOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `[plugins.monit-compat]`. Durations in milliseconds. */
export interface MonitOptions {
  /** Time between two cycles; `set daemon` of the control files when absent, then 30 s. */
  readonly poll?: number | undefined;
  readonly include: readonly string[];
  /** A control file as text. */
  readonly monit?: string | undefined;
  /** Processes of the control files whose end is acted upon at once. */
  readonly fast: FastServices;
  /** How often `fast` resource rules look between two cycles. */
  readonly fast_interval: number;
  /** Log what would be done and do nothing. */
  readonly rehearse: boolean;
  readonly webhook?: WebhookOptions | undefined;
  readonly state_file?: string | undefined;
}

/** `[services.monit-compat]`. */
export interface MonitServiceOptions {
  readonly monit?: string | undefined;
  readonly rules?: readonly InlineRule[] | undefined;
  readonly fast?: boolean | undefined;
}

const text: v.GenericSchema<string> = v.pipe(v.string('must be text'), v.minLength(1, 'must not be empty'));

function duration(least: number): v.GenericSchema<unknown, number> {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, number>(({ dataset, addIssue, NEVER }) => {
      const ms = parseDuration(dataset.value);
      if (ms !== undefined && ms >= least) return ms;
      addIssue({
        message: `must be a duration of at least ${least} ms, such as 30 or "30s", received ${JSON.stringify(dataset.value)}`,
      });
      return NEVER;
    }),
  );
}

const LIST_OF_PATHS = 'must be a path, or a list of paths and patterns such as ["/etc/monit/monitrc"]';

const paths: v.GenericSchema<unknown, readonly string[]> = v.pipe(
  v.unknown(),
  v.transform((value) => (typeof value === 'string' ? [value] : value)),
  v.array(
    v.pipe(
      v.string(LIST_OF_PATHS),
      v.startsWith('/', 'must be an absolute path'),
      v.regex(/^[^"\r\n]+$/, 'must be a path without quotes'),
    ),
    LIST_OF_PATHS,
  ),
);

const fastServices: v.GenericSchema<unknown, FastServices> = v.union(
  [v.boolean(), v.array(text)],
  'must be true, or a list of names of checked processes',
);

const webhook: v.GenericSchema<unknown, WebhookOptions> = v.pipe(
  v.unknown(),
  v.transform((value) => (typeof value === 'string' ? { url: value } : value)),
  v.strictObject({
    url: v.pipe(
      text,
      v.regex(/^https?:\/\/\S+$/i, 'must be an http or https URL'),
      v.check((url) => URL.canParse(url), 'is not a URL'),
    ),
    headers: v.optional(v.record(v.string(), v.string('must be text')), {}),
  }),
);

/** Schema of `[plugins.monit-compat]`. Reads the control files, so that `tappet check` names every mistake in them. */
export const configSchema: v.GenericSchema<unknown, MonitOptions> = v.pipe(
  v.strictObject({
    poll: v.optional(duration(100)),
    include: v.optional(paths, []),
    monit: v.optional(text),
    fast: v.optional(fastServices, false),
    fast_interval: v.optional(duration(50), '500ms'),
    rehearse: v.optional(v.boolean('must be true or false'), false),
    webhook: v.optional(webhook),
    state_file: v.optional(v.pipe(text, v.startsWith('/', 'must be an absolute path'))),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { include, monit, fast } = dataset.value;
    if (include.length === 0 && monit === undefined && fast === false) return;
    const { issues, configuration } = readForCheck(dataset.value);
    for (const issue of fastIssues(configuration, fast))
      addIssue({ message: issueLine(issue), path: pathTo(dataset.value, issue.path.slice(2)) });
    const key = include.length === 0 ? 'monit' : 'include';
    for (const issue of issues) {
      if (issue.severity !== 'warning') addIssue({ message: issueLine(issue), path: pathTo(dataset.value, [key]) });
    }
  }),
);

const rule: v.GenericSchema<unknown, InlineRule> = v.union(
  [text, v.strictObject({ rule: text, fast: v.optional(v.boolean('must be true or false')) })],
  'must be a rule as text, or { rule = "…", fast = true }',
);

const rulesList: v.GenericSchema<unknown, readonly InlineRule[]> = v.array(rule, 'must be a list of rules');

/** Schema of `[services.monit-compat]`. */
export const serviceSchema: v.GenericSchema<unknown, MonitServiceOptions> = v.pipe(
  v.strictObject({
    monit: v.optional(text),
    rules: v.optional(rulesList),
    fast: v.optional(v.boolean('must be true or false')),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const issue of problemsOf(dataset.value)) addIssue({ message: issueLine(issue) });
  }),
);

/** `monit = """ … """` of a service. */
export const monitKey: v.GenericSchema<unknown, string> = v.pipe(
  text,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const issue of problemsOf({ monit: dataset.value })) addIssue({ message: issueLine(issue) });
  }),
);

/** `rules = [ … ]` of a service. */
export const rulesKey: v.GenericSchema<unknown, readonly InlineRule[]> = v.pipe(
  rulesList,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const issue of problemsOf({ rules: dataset.value })) {
      const index = Number(/^rules\[(\d+)\]$/.exec(issue.file ?? '')?.[1] ?? 0);
      addIssue({ message: issueLine(issue), path: pathTo(dataset.value, [index]) });
    }
  }),
);

function problemsOf(options: MonitServiceOptions): ConfigIssue[] {
  if (options.monit === undefined && options.rules === undefined) return [];
  return readShared({ service: 'service', ...options }).issues.filter(({ severity }) => severity !== 'warning');
}

/** Where in a value an issue is, so that it is shown there in the file. */
function pathTo(value: unknown, keys: ConfigPath): [v.IssuePathItem, ...v.IssuePathItem[]] | undefined {
  const [first, ...rest] = keys.map((key): v.IssuePathItem => ({
    type: 'unknown',
    origin: 'value',
    input: value,
    key,
    value: undefined,
  }));
  return first === undefined ? undefined : [first, ...rest];
}
