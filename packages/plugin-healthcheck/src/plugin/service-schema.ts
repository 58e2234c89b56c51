import { type SectionSchema, sectionSchema } from '@tappet/core';
import type { Check } from '../checks/index.ts';
import { parseChecks } from '../schema.ts';
import { SERVICE_JSON_SCHEMA } from './json-schema.ts';

/** The schema of `[services.healthcheck]` and `[[services.healthcheck]]`. An empty table means no checks. */
export const serviceSchema: SectionSchema<readonly Check[]> = sectionSchema(
  (raw, path) => {
    const parsed = parseChecks(isEmptyTable(raw) ? [] : raw, path);
    return 'checks' in parsed ? { value: parsed.checks } : parsed;
  },
  { at: ['healthcheck'], jsonSchema: SERVICE_JSON_SCHEMA },
);

function isEmptyTable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}
