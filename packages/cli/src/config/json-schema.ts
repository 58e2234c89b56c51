import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { configSchema, type Plugin } from '@tappet/core';
import type { GenericSchema } from 'valibot';

/** A JSON Schema as plain values. */
export type JsonSchema = Record<string, unknown>;

/**
 * One JSON Schema (draft-07, which editors read) of a whole configuration: the core's keys, and the sections and keys of these plugins. A plugin's
 * schema that cannot be converted accepts anything there and says so.
 */
export function assembleSchema(plugins: readonly Plugin[]): JsonSchema {
  const root = withoutDialect(toJsonSchema(configSchema, CONVERSION));
  const properties = tableIn(root, 'properties');
  const service = tableIn(tableIn(tableIn(properties, 'services'), 'items'), 'properties');
  const defaults = tableIn(tableIn(properties, 'defaults'), 'properties');
  delete defaults['name'];
  for (const [key, schema] of plugins.flatMap(serviceKeysOf)) {
    service[key] = schema;
    defaults[key] = schema;
  }
  const options = pluginTables(tableIn(properties, 'plugins'));
  if (options !== undefined)
    options['properties'] = Object.fromEntries(plugins.map((plugin) => [plugin.name, optionsOf(plugin)]));
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Tappet configuration', ...root };
}

// Checks that JSON Schema has no word for (a regular expression that compiles, a finite number) are left to Tappet.
const CONVERSION: ConversionConfig = { errorMode: 'ignore', typeMode: 'input', target: 'draft-07' };

function serviceKeysOf(plugin: Plugin): [string, JsonSchema][] {
  const keys = Object.entries(plugin.serviceKeys ?? {}).map(([key, schema]): [string, JsonSchema] => [
    key,
    convert(schema),
  ]);
  return plugin.serviceSchema === undefined ? keys : [[plugin.name, convert(plugin.serviceSchema)], ...keys];
}

/** `[plugins.<name>]`: the plugin's options, and the `use` that belongs to the core; or true or false. */
function optionsOf(plugin: Plugin): JsonSchema {
  const options = plugin.configSchema === undefined ? { type: 'object' } : convert(plugin.configSchema);
  const use = { type: 'string', description: 'The module to load the plugin from.' };
  const properties = isTable(options['properties']) ? options['properties'] : {};
  return { anyOf: [{ ...options, properties: { ...properties, use } }, { type: 'boolean' }] };
}

/** Of the forms of `plugins` the one with a table for each plugin. */
function pluginTables(schema: JsonSchema): JsonSchema | undefined {
  const forms: readonly unknown[] = Array.isArray(schema['anyOf']) ? schema['anyOf'] : [];
  return forms.filter(isTable).find((form) => form['type'] === 'object');
}

function convert(schema: StandardSchemaV1): JsonSchema {
  const { vendor } = schema['~standard'];
  try {
    if (hasJsonSchema(schema)) return withoutDialect(schema['~standard'].jsonSchema.input({ target: 'draft-07' }));
    if (isValibot(schema)) return withoutDialect(toJsonSchema(schema, CONVERSION));
  } catch {
    // A schema with parts that have no JSON form, such as a transformation.
  }
  return {
    $comment: `A schema of ${vendor} that has no JSON Schema form: any value is accepted here, Tappet checks it.`,
  };
}

/** https://standardschema.dev/json-schema: zod, arktype and others convert themselves. */
function hasJsonSchema(schema: StandardSchemaV1): schema is StandardSchemaV1 & StandardJSONSchemaV1 {
  return 'jsonSchema' in schema['~standard'];
}

function isValibot(schema: StandardSchemaV1): schema is StandardSchemaV1 & GenericSchema {
  return schema['~standard'].vendor === 'valibot';
}

function withoutDialect(schema: object): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}

function tableIn(schema: JsonSchema, key: string): JsonSchema {
  const value = schema[key];
  if (!isTable(value)) throw new TypeError(`expected a table at "${key}" of the schema, received ${typeof value}`);
  return value;
}

function isTable(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
