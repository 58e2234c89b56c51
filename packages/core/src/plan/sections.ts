import type { ConfigIssue } from '../errors/base.ts';
import { didYouMean, nearest } from '../errors/nearest.ts';
import { KNOWN_SECTIONS, ownerHint } from './known-plugins.ts';
import { restartEntries } from './restart-schema.ts';
import { rootEntries } from './schema.ts';
import { serviceEntries } from './service-schema.ts';
import type { ServiceTable } from './tables.ts';
import { mergeDefaults, mergeTables, type ServiceReading } from './service-reading.ts';
import { slippedKeyHint } from './slipped-key.ts';
import { readTable, unknownKey } from './table.ts';
import { isTable } from './values.ts';

/** Which keys of a service belong to plugins. */
export interface KeyOwners {
  readonly pluginNames: ReadonlySet<string>;
  readonly serviceKeys: ReadonlyMap<string, string>;
}

/** Values for every service that does not set its own. */
export interface Defaults {
  readonly table: Partial<ServiceTable>;
  readonly sections: Readonly<Record<string, unknown>>;
}

interface ReadingOptions {
  readonly owners: KeyOwners;
  readonly report: (issue: ConfigIssue) => void;
}

/** Reads `[defaults]`: any key of a service but `name`. */
export function readDefaults(raw: Readonly<Record<string, unknown>>, options: ReadingOptions): Defaults {
  const { name, ...rest } = raw;
  if (name !== undefined) {
    options.report({
      code: 'ERR_CONFIG_UNKNOWN_KEY',
      message: 'cannot use "name" in [defaults]: every service has its own',
      path: ['defaults', 'name'],
      at: 'key',
    });
  }
  return readKeys(rest, { ...options, path: ['defaults'], subject: '[defaults]' });
}

/** Reads one `[[services]]` table over the defaults. */
export function readService(
  raw: Readonly<Record<string, unknown>>,
  options: ReadingOptions & { readonly index: number; readonly defaults: Defaults },
): ServiceReading {
  const { index, defaults, report } = options;
  const named = typeof raw['name'] === 'string' && raw['name'] !== '' ? raw['name'] : undefined;
  const name = named ?? `services[${index}]`;
  const path = ['services', index];
  const subject = named === undefined ? name : `service "${name}"`;
  const own = readKeys(raw, { ...options, path, subject });
  const table = mergeDefaults(defaults.table, own.table);
  for (const key of ['name', 'command'] as const) {
    if (raw[key] !== undefined || table[key] !== undefined) continue;
    report({
      code: 'ERR_CONFIG_MISSING',
      message: `cannot use ${subject}: it has no "${key}"`,
      path,
      hint: `add ${key} = "…"`,
    });
  }
  return { name, subject, index, table, own: raw, sections: mergeTables(defaults.sections, own.sections), report };
}

/** The issue of a key at the top of a file that nothing owns. */
export function rootKeyIssue(key: string): ConfigIssue {
  return unknownKey({
    key,
    path: [],
    subject: 'the configuration',
    candidates: Object.keys(rootEntries),
    hint: key === 'service' ? 'services are listed under [[services]]' : rootHint(key),
  });
}

function rootHint(key: string): string | undefined {
  if (nearest(key, Object.keys(rootEntries)) !== undefined) return undefined;
  if (Object.hasOwn(serviceEntries, key))
    return `"${key}" is a key of a service: move it under [[services]] or [defaults]`;
  return Object.hasOwn(KNOWN_SECTIONS, key) ? `options of a plugin stand under [plugins.${key}]` : undefined;
}

function readKeys(
  raw: Readonly<Record<string, unknown>>,
  options: ReadingOptions & { readonly path: readonly (string | number)[]; readonly subject: string },
): Defaults {
  const { owners, path, subject, report } = options;
  const sections = new Map<string, unknown>();
  const table = readTable<ServiceTable>({
    raw,
    entries: serviceEntries,
    path,
    subject,
    report,
    nested: { restart: restartEntries },
    hint: ([key, inner]) => (key === 'wait_after' ? slippedKeyHint(key, inner) : undefined),
    unknown(key, value) {
      if (!owners.pluginNames.has(key) && !owners.serviceKeys.has(key))
        return serviceKeyIssue({ key, value, ...options });
      sections.set(key, value);
      return undefined;
    },
  });
  if (raw['pos_script'] !== undefined && raw['post_script'] !== undefined) report(twoScripts(path, subject));
  return { table, sections: Object.fromEntries(sections) };
}

function serviceKeyIssue(options: {
  readonly key: string;
  readonly value: unknown;
  readonly path: readonly (string | number)[];
  readonly subject: string;
  readonly owners: KeyOwners;
}): ConfigIssue {
  const { key, value, path, subject, owners } = options;
  const candidates = [...Object.keys(serviceEntries), ...owners.pluginNames, ...owners.serviceKeys.keys()];
  const hint =
    ownerHint(key) ?? didYouMean(key, [...candidates, ...Object.keys(KNOWN_SECTIONS)]) ?? elsewhere(key, value);
  return unknownKey({ key, path, subject, candidates, hint });
}

function elsewhere(key: string, value: unknown): string | undefined {
  if (Object.hasOwn(rootEntries, key)) return `"${key}" belongs to the top of the file, above the first table`;
  return isTable(value)
    ? `if it belongs to a plugin, add "${key}" to plugins and run npm install tappet-plugin-${key}`
    : undefined;
}

function twoScripts(path: readonly (string | number)[], subject: string): ConfigIssue {
  return {
    code: 'ERR_CONFIG_DUPLICATE',
    message: `cannot use "post_script" of ${subject}: it is another name of "pos_script", which is set too`,
    path: [...path, 'post_script'],
    at: 'key',
    hint: 'keep one of the two',
  };
}
