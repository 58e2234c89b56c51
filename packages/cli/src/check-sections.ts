import { type ConfigIssue, type ConfigPath, type Plugin, readPlugins } from '@tappet/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Checks the tables and keys that plugins own against their schemas. A plugin is not set up for it. */
export async function checkSections(raw: unknown, plugins: readonly Plugin[]): Promise<readonly ConfigIssue[]> {
  const root = table(raw);
  const { options } = readPlugins(raw);
  const services = Array.isArray(root['services']) ? root['services'].map(table) : [];
  const issues: ConfigIssue[] = [];
  for (const { name, configSchema, serviceSchema, serviceKeys = {} } of plugins) {
    issues.push(...(await check(configSchema, options[name] ?? {}, ['plugins', name])));
    for (const [position, service] of services.entries()) {
      if (Object.hasOwn(service, name)) {
        issues.push(...(await check(serviceSchema, service[name], ['services', position, name])));
      }
      for (const [key, schema] of Object.entries(serviceKeys)) {
        if (Object.hasOwn(service, key))
          issues.push(...(await check(schema, service[key], ['services', position, key])));
      }
    }
  }
  return issues;
}

async function check(schema: StandardSchemaV1 | undefined, value: unknown, path: ConfigPath): Promise<ConfigIssue[]> {
  if (schema === undefined) return [];
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return [];
  return result.issues.map((issue) => ({
    code: 'ERR_CONFIG_TYPE',
    message: issue.message,
    path: [...path, ...(issue.path ?? []).map(keyOf)],
  }));
}

function keyOf(segment: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const key = typeof segment === 'object' ? segment.key : segment;
  return typeof key === 'number' ? key : String(key);
}

function table(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
