import { serviceEntries } from '../plan/service-schema.ts';
import type { Plugin } from './define-plugin.ts';

/** What a plugin may be called: its name is a key in the configuration and the first half of every label. */
const PLUGIN_NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** What keeps a value from being a plugin, as the end of a sentence, or undefined when it is one. */
export function whyNoPlugin(value: unknown): string | undefined {
  if (typeof value === 'function') {
    return `it is a function; the value that ${value.name === '' ? 'it' : `"${value.name}"`} returns is expected, made with definePlugin`;
  }
  if (!isRecord(value)) return value === undefined ? 'it is missing' : `it is a ${typeof value}, expected an object`;
  const { name, setup } = value;
  if (typeof name !== 'string') return `its name is ${typeof name}, expected a string`;
  if (!PLUGIN_NAME.test(name)) {
    return `its name is "${name}", expected lower-case letters, digits, ".", "_" and "-"`;
  }
  if (Object.hasOwn(serviceEntries, name)) {
    return `its name is "${name}", which is a key of every service: its section would never reach it`;
  }
  if (typeof setup !== 'function') return `its setup is ${typeof setup}, expected a function`;
  return whyBadSchema(value) ?? whyBadVariables(value['variables']);
}

/** Whether a value is a plugin. */
export function isPlugin(value: unknown): value is Plugin {
  return whyNoPlugin(value) === undefined;
}

function whyBadSchema(plugin: Record<string, unknown>): string | undefined {
  const { configSchema, serviceSchema, serviceKeys } = plugin;
  if (serviceKeys !== undefined && !isRecord(serviceKeys)) return 'its serviceKeys is no object';
  const schemas = { configSchema, serviceSchema, ...serviceKeys };
  for (const [key, schema] of Object.entries(schemas)) {
    if (schema !== undefined && !isStandardSchema(schema)) {
      return `its ${key} is no Standard Schema (https://standardschema.dev)`;
    }
  }
  return undefined;
}

function whyBadVariables(variables: unknown): string | undefined {
  if (variables === undefined) return undefined;
  if (!isRecord(variables)) return 'its variables is no object';
  const wrong = Object.entries(variables).find(([, rule]) => rule !== 'keep' && rule !== 'words');
  return wrong && `its variables.${wrong[0]} is ${JSON.stringify(wrong[1])}, expected "keep" or "words"`;
}

function isStandardSchema(value: unknown): boolean {
  // Some libraries' schemas are functions with properties.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = '~standard' in value ? value['~standard'] : undefined;
  return isRecord(standard) && standard['version'] === 1 && typeof standard['validate'] === 'function';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
