import {
  type ConfigIssue,
  type ConfigPath,
  type SectionReading,
  type SectionSchema,
  sectionSchema,
} from '@tappet/core';
import * as v from 'valibot';
import type { Check } from '../checks/index.ts';
import { type Address, addressOption } from '../probes/options/address.ts';
import { durationMs } from '../probes/options/duration.ts';
import { configIssues } from '../probes/options/issues.ts';
import { table, whole } from '../probes/options/table.ts';
import { parseChecks } from '../schema.ts';
import { CONFIG_JSON_SCHEMA } from './json-schema.ts';

/** `[plugins.healthcheck]` with every default filled in. */
export interface HealthcheckConfig {
  /** Where the health endpoint listens; undefined: nowhere. */
  readonly listen: Address | undefined;
  /** How long services go on after `/readyz` has turned 503 in a shutdown. */
  readonly drainMs: number;
  /** Results kept of each check. */
  readonly history: number;
  /** Checks that act on the services they name. */
  readonly shared: readonly SharedCheck[];
}

/** A check of `[[plugins.healthcheck.checks]]`. */
export interface SharedCheck {
  readonly services: readonly string[];
  readonly check: Check;
}

const options = table({
  listen: v.optional(addressOption()),
  drain: v.optional(durationMs, 0),
  history: v.optional(whole(1, 1000), 20),
  checks: v.optional(v.array(v.unknown(), 'must be a list of checks ([[plugins.healthcheck.checks]])'), []),
});

/** The schema of `[plugins.healthcheck]`. */
export const configSchema: SectionSchema<HealthcheckConfig> = sectionSchema(readConfig, {
  at: ['plugins', 'healthcheck'],
  jsonSchema: CONFIG_JSON_SCHEMA,
});

function readConfig(raw: unknown, path: ConfigPath): SectionReading<HealthcheckConfig> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { issues: [{ code: 'ERR_CONFIG_TYPE', message: 'must be a table', path }] };
  }
  const read = v.safeParse(options, raw);
  const shared =
    'checks' in raw && Array.isArray(raw.checks)
      ? raw.checks.map((one, index) => readShared(one, [...path, 'checks', index]))
      : [];
  const issues = [
    ...(read.success ? [] : configIssues(read.issues, { path, schema: options })),
    ...shared.flatMap((one) => ('issues' in one ? one.issues : [])),
  ];
  if (issues.length > 0 || !read.success) return { issues };
  const { listen, drain, history } = read.output;
  const checks = shared.flatMap((one) => ('value' in one ? one.value : []));
  return { value: { listen, drainMs: drain, history, shared: checks } };
}

function readShared(raw: unknown, path: ConfigPath): SectionReading<readonly SharedCheck[]> {
  const { services, ...own }: { services?: unknown } = typeof raw === 'object' && raw !== null ? raw : {};
  const parsed = parseChecks(typeof raw === 'object' && !Array.isArray(raw) ? own : raw, path);
  const names = typeof services === 'string' ? [services] : services;
  const issues = [
    ...('issues' in parsed ? parsed.issues : []),
    ...(isNames(names) ? [] : [wrongServices([...path, 'services'], services)]),
  ];
  if (issues.length > 0 || 'issues' in parsed || !isNames(names)) return { issues };
  return { value: parsed.checks.map((check) => ({ services: names, check })) };
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string' && name !== '');
}

function wrongServices(path: ConfigPath, value: unknown): ConfigIssue {
  const message = 'cannot use a check of the supervisor: "services" must list the names of the services it acts on';
  return { code: value === undefined ? 'ERR_CONFIG_MISSING' : 'ERR_CONFIG_TYPE', message, path };
}
