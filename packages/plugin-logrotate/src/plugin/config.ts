import {
  type ConfigIssue,
  didYouMean,
  parseDuration,
  parseSize,
  type SectionReading,
  type SectionSchema,
  sectionSchema,
} from '@tappet/core';
import { readOptions, type ServiceTable } from './service-options.ts';

/** `[plugins.logrotate]` */
export interface LogrotateConfig {
  /** Folder of the logs; undefined: `/var/log`, or the state folder of an ordinary user. */
  readonly directory: string | undefined;
  /** Most bytes for all logs of services together, old ones included. */
  readonly budget: number | undefined;
  /** Configuration files of logrotate whose logs are rotated, too. Shell patterns. */
  readonly include: readonly string[];
  /** State file for them; undefined: one of our own. */
  readonly state: string | undefined;
  /** How often logs that are rotated by size are looked at. */
  readonly intervalMs: number;
  /** What holds for each service that says nothing else. */
  readonly defaults: ServiceTable['raw'];
}

const KEYS = ['directory', 'budget', 'include', 'state', 'interval', 'defaults'] as const;

/** The schema of `[plugins.logrotate]`. */
export const configSchema: SectionSchema<LogrotateConfig> = sectionSchema(readConfig);

function readConfig(raw: unknown): SectionReading<LogrotateConfig> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { issues: [issue([], 'must be a table')] };
  const table: Readonly<Record<string, unknown>> = { ...raw };
  const { directory, state, defaults = {} } = table;
  const include = typeof table['include'] === 'string' ? [table['include']] : (table['include'] ?? []);
  const budget = table['budget'] === undefined ? undefined : parseSize(table['budget']);
  const intervalMs = parseDuration(table['interval'] ?? '1h');
  const read = readOptions(defaults);
  const issues = [
    ...Object.keys(table)
      .filter((key) => !KEYS.some((known) => known === key))
      .map(unknownKey),
    ...texts({ directory, state }),
    ...(isTexts(include) ? [] : [issue(['include'], 'expected a path or a list of paths')]),
    ...(table['budget'] !== undefined && (budget === undefined || budget === 0)
      ? [issue(['budget'], `expected a size such as "2GiB", received ${JSON.stringify(table['budget'])}`)]
      : []),
    ...(intervalMs === undefined || intervalMs < 60_000
      ? [issue(['interval'], `expected a minute or more, such as "1h", received ${JSON.stringify(table['interval'])}`)]
      : []),
    ...('issues' in read ? read.issues.map((one) => ({ ...one, path: ['defaults', ...one.path] })) : []),
  ];
  if (issues.length > 0 || intervalMs === undefined || !isTexts(include) || 'issues' in read) return { issues };
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    value: {
      directory: text(directory),
      state: text(state),
      budget,
      include,
      intervalMs,
      // Checked by readOptions.
      defaults: defaults as ServiceTable['raw'],
    },
  };
}

function unknownKey(key: string): ConfigIssue {
  return {
    code: 'ERR_CONFIG_UNKNOWN_KEY',
    message: `cannot use "${key}" in [plugins.logrotate]: there is no such key`,
    path: [key],
    at: 'key',
    hint: didYouMean(key, KEYS) ?? `the keys here are ${KEYS.join(', ')}`,
  };
}

function texts(values: Readonly<Record<string, unknown>>): ConfigIssue[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && (typeof value !== 'string' || value === ''))
    .map(([key, value]) => issue([key], `expected a path, received ${JSON.stringify(value)}`));
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
}

function issue(path: ConfigIssue['path'], message: string): ConfigIssue {
  return { code: 'ERR_CONFIG_TYPE', message, path };
}
