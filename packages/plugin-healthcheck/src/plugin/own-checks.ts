import { type ConfigPath, type SectionSchema, sectionSchema, type ServiceSpec } from '@tappet/core';
import type { Check } from '../checks/index.ts';
import { type ParsedChecks, parseChecks, readChecks } from '../schema.ts';
import { expandTexts } from './expand.ts';
import { SERVICE_JSON_SCHEMA } from './json-schema.ts';

/** The schema of `[services.healthcheck]` and `[[services.healthcheck]]`, with variables replaced. */
export const serviceSchema: SectionSchema<readonly Check[]> = sectionSchema(
  (raw, path) => {
    // Which copy it is for is known later; the form of a check does not depend on it.
    const { value, issues } = expandTexts(raw, { path, variables: { INSTANCE: '1', ...process.env } });
    return issues.length > 0 ? { issues } : readChecks(value, path);
  },
  { at: ['healthcheck'], jsonSchema: SERVICE_JSON_SCHEMA },
);

/** Where the checks of a service stand. Services are named, the core counts them. */
export function ownPath({ name, instance }: Pick<ServiceSpec, 'name' | 'instance'>): ConfigPath {
  return ['services', instance?.of ?? name, 'healthcheck'];
}

/** The checks of a service. Those of a copy that name `${INSTANCE}` are its own, all others are as the schema gave them. */
export function ownChecks(
  spec: Pick<ServiceSpec, 'name' | 'instance' | 'sections'>,
  given: readonly Check[],
): ParsedChecks {
  const raw = spec.sections['healthcheck'];
  if (spec.instance === undefined || !JSON.stringify(raw ?? '').includes('${INSTANCE')) return { checks: given };
  const path = ownPath(spec);
  const variables = { ...process.env, INSTANCE: String(spec.instance.index) };
  const { value, issues } = expandTexts(raw, { path, variables });
  return issues.length > 0 ? { issues } : parseChecks(value, path);
}
