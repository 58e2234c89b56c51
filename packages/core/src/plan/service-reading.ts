import type { ConfigIssue, ConfigPath } from '../errors/base.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { interpolate, type Variables } from './interpolate.ts';
import { restartTable } from './restart.ts';
import type { ServiceTable } from './tables.ts';
import { isTable } from './values.ts';

/** One `[[services]]` table after its values were checked one by one, with `[defaults]` under it. */
export interface ServiceReading {
  readonly name: string;
  /** How messages call it: `service "web"`. */
  readonly subject: string;
  /** Position in the file. */
  readonly index: number;
  readonly table: Partial<ServiceTable>;
  /** Keys of plugins. */
  readonly sections: Readonly<Record<string, unknown>>;
  /** The service's own keys, without defaults: says where a value came from. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly report: (issue: ConfigIssue) => void;
}

/** The service's values over the defaults: tables are merged key by key, `restart` as the table it stands for, empty texts are absent. */
export function mergeDefaults(defaults: Partial<ServiceTable>, own: Partial<ServiceTable>): Partial<ServiceTable> {
  const merged = mergeTables(oneScript(defaults), oneScript(own));
  if (defaults.restart !== undefined && own.restart !== undefined) {
    merged['restart'] = { ...restartTable(defaults.restart), ...restartTable(own.restart) };
  }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
}

/** Values of `over` win; where both are tables they are merged one level deep. */
export function mergeTables(
  under: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    merged.set(key, isTable(below) && isTable(value) ? { ...below, ...value } : value);
  }
  return Object.fromEntries(merged);
}

/** Where a value stands in the file: in the service, or in `[defaults]` when it came from there. */
export function pathOf(reading: ServiceReading, key: string, ...rest: ConfigPath): ConfigPath {
  const written = key === 'pos_script' && !Object.hasOwn(reading.own, key) ? 'post_script' : key;
  const value = Object.hasOwn(reading.own, written) ? reading.own[written] : undefined;
  const first = rest[0];
  const isOwn = value !== undefined && (first === undefined || !isTable(value) || Object.hasOwn(value, first));
  return isOwn ? ['services', reading.index, written, ...rest] : ['defaults', key, ...rest];
}

/** Reports something wrong with one value of a service. */
export function reportValue(
  reading: ServiceReading,
  issue: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly key: string;
    readonly rest?: ConfigPath;
    readonly hint?: string | undefined;
    readonly severity?: 'error' | 'warning';
    readonly at?: 'key' | 'value';
  },
): void {
  const { key, rest = [], ...fields } = issue;
  reading.report({ ...fields, path: pathOf(reading, key, ...rest) });
}

/** A text with its variables replaced; undefined when that is impossible, which is reported. */
export function expand(
  reading: ServiceReading,
  options: { readonly key: string; readonly rest?: ConfigPath; readonly text: string; readonly variables: Variables },
): string | undefined {
  const { key, rest = [], text, variables } = options;
  const result = interpolate(text, variables);
  if (result.text !== undefined) return result.text;
  const what = [key, ...rest.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))].join('');
  reportValue(reading, {
    code: 'ERR_CONFIG_VARIABLE',
    message: `cannot expand "${what}" of ${reading.subject}: ${result.error}`,
    key,
    rest,
    hint: result.hint,
  });
  return undefined;
}

function oneScript(table: Partial<ServiceTable>): Record<string, unknown> {
  const { post_script: other, ...rest } = table;
  return other === undefined ? rest : { pos_script: other, ...rest };
}
