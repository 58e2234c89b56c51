import { serviceEntries } from './service-schema.ts';

/**
 * Advice for a key of a service that stands in one of the service's tables: in TOML every line below `[services.wait_after]` belongs to that
 * table, whatever it was meant for. Undefined for any other key.
 */
export function slippedKeyHint(table: string, key: unknown): string | undefined {
  if (typeof key !== 'string' || !Object.hasOwn(serviceEntries, key)) return undefined;
  return `keys below [services.${table}] belong to that table; move "${key}" above it`;
}
