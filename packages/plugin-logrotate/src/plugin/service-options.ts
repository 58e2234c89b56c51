import {
  type ConfigIssue,
  formatPath,
  parseDuration,
  type SectionReading,
  type SectionSchema,
  sectionSchema,
} from '@tappet/core';
import { parseBlock } from '../language/block.ts';
import { DEFAULT_RULES, type RotationRules } from '../language/rules.ts';
import { parseTable } from '../language/table.ts';
import type { LineOptions, Rate } from '../sink/settings.ts';

/** `[services.logrotate]` as written, and checked. What it leaves out comes from the defaults of the plugin. */
export interface ServiceTable {
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Everything that is set for the logs of one service. */
export interface ServiceOptions {
  readonly isEnabled: boolean;
  /** As written; undefined: by the service's name. */
  readonly file: string | undefined;
  /** A file of its own for stderr. */
  readonly stderr: string | undefined;
  readonly rules: RotationRules;
  readonly lines: LineOptions;
  /** Lines of its block that were passed over, as logrotate does with words that it does not know. */
  readonly ignored: readonly string[];
}

/** What holds when nothing is said: no disk is filled. */
const BASE: ServiceOptions = {
  isEnabled: true,
  file: undefined,
  stderr: undefined,
  rules: {
    ...DEFAULT_RULES,
    criterion: { kind: 'size', bytes: 10 * 1024 * 1024 },
    rotate: 7,
    compress: true,
    missingOk: true,
    ifEmpty: false,
  },
  lines: { timestamps: false, json: false, stripAnsi: false, rate: undefined },
  ignored: [],
};

/** The schema of `[services.logrotate]`. */
export const serviceSchema: SectionSchema<ServiceTable> = sectionSchema((raw) => {
  const read = readOptions(raw, BASE);
  return 'value' in read ? { value: { raw: raw as ServiceTable['raw'] } } : read;
});

/** The options of a service: its own over those of the plugin over the built-in ones. Both tables were checked. */
export function resolveOptions(defaults: ServiceTable['raw'], own: ServiceTable['raw']): ServiceOptions {
  return [defaults, own].reduce<ServiceOptions>((base, raw) => {
    const read = readOptions(raw, base);
    return 'value' in read ? read.value : base;
  }, BASE);
}

/** {@link resolveOptions} for the services of a plan; tables that were seen are not read again. */
export function optionsReader({
  defaults,
  tableOf,
  warn,
}: {
  readonly defaults: ServiceTable['raw'];
  readonly tableOf: (service: { readonly name: string }) => ServiceTable;
  /** Is told what is ignored. */
  readonly warn: (message: string) => void;
}): OptionsOf {
  const known = new WeakMap<ServiceTable, ServiceOptions>();
  return (service) => {
    const table = tableOf(service);
    const seen = known.get(table);
    if (seen !== undefined) return seen;
    const options = resolveOptions(defaults, table.raw);
    known.set(table, options);
    for (const line of options.ignored) warn(`service "${service.name}": ${line}`);
    return options;
  };
}

/** The options of a service. */
export type OptionsOf = (service: { readonly name: string }) => ServiceOptions;

/** Reads a table of options over others. */
export function readOptions(raw: unknown, base: ServiceOptions = BASE): SectionReading<ServiceOptions> {
  if (!isTable(raw)) return { issues: [issue([], 'must be a table')] };
  const { enabled, file, stderr, block, rate, timestamps, json, strip_ansi, ...words } = raw;
  const issues: ConfigIssue[] = [
    ...wrong({ enabled, timestamps, json, strip_ansi }, 'boolean', 'true or false'),
    ...wrong({ file, stderr, block }, 'string', 'a string'),
  ];
  const lineRate = rate === undefined ? base.lines.rate : parseRate(rate);
  if (lineRate === null) {
    issues.push(
      issue(['rate'], `expected lines a period such as "5000/s" or "100/1m", received ${JSON.stringify(rate)}`),
    );
  }
  let { rules } = base;
  let ignored: readonly string[] = [];
  if (typeof block === 'string') {
    const parsed = parseBlock(block, { rules, path: ['block'] });
    rules = parsed.rules;
    issues.push(...errorsOf(parsed.issues).map((one) => ({ ...one, message: blockMessage(one) })));
    ignored = parsed.issues.filter(({ severity }) => severity === 'warning').map(blockMessage);
  }
  const parsed = parseTable(words, { rules });
  rules = parsed.rules;
  issues.push(...errorsOf(parsed.issues), ...unsupported(rules));
  if (issues.length > 0) return { issues };
  const on = (value: unknown, fallback: boolean): boolean => (typeof value === 'boolean' ? value : fallback);
  const text = (value: unknown, fallback: string | undefined): string | undefined =>
    typeof value === 'string' && value !== '' ? value : fallback;
  return {
    value: {
      isEnabled: on(enabled, base.isEnabled),
      file: text(file, base.file),
      stderr: text(stderr, base.stderr),
      rules,
      lines: {
        timestamps: on(timestamps, base.lines.timestamps),
        json: on(json, base.lines.json),
        stripAnsi: on(strip_ansi, base.lines.stripAnsi),
        rate: lineRate ?? undefined,
      },
      ignored,
    },
  };
}

/** Null when it is none. */
function parseRate(value: unknown): Rate | undefined | null {
  if (value === false) return undefined;
  const text = typeof value === 'number' ? `${value}/s` : value;
  const [, lines, period = ''] = typeof text === 'string' ? (/^\s*(\d{1,9})\s*\/\s*(\w+)\s*$/.exec(text) ?? []) : [];
  if (lines === undefined || Number(lines) === 0) return null;
  const periodMs = parseDuration(/^\d/.test(period) ? period : `1${period}`);
  return periodMs === undefined || periodMs === 0 ? null : { lines: Number(lines), periodMs };
}

/** What a file of somebody else can have and a captured log cannot. */
function unsupported({ copy, copyTruncate, mail }: RotationRules): ConfigIssue[] {
  return [
    ...(copy && !copyTruncate ? [issue(['copy'], 'a log that is only copied grows for ever; use copytruncate')] : []),
    ...(mail === undefined ? [] : [issue(['mail'], 'logs of services are not mailed; use a lastaction script')]),
  ];
}

function wrong(values: Readonly<Record<string, unknown>>, type: string, wanted: string): ConfigIssue[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && typeof value !== type)
    .map(([key, value]) => issue([key], `expected ${wanted}, received ${JSON.stringify(value)}`));
}

function errorsOf(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  return issues.filter(({ severity }) => severity !== 'warning');
}

function blockMessage({ message, line, path, hint }: ConfigIssue): string {
  const meant = hint === undefined ? '' : ` (${hint})`;
  return `${formatPath(path)}${line === undefined ? '' : `, line ${line}`}: ${message}${meant}`;
}

function issue(path: ConfigIssue['path'], message: string): ConfigIssue {
  return { code: 'ERR_CONFIG_TYPE', message, path };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
