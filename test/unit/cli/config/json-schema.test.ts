import { definePlugin, type Plugin } from '@tappet/core';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { assembleSchema } from '../../../../packages/cli/src/config/json-schema.ts';

const setup = (): void => {};
const PLUGINS: readonly Plugin[] = [
  definePlugin({
    name: 'zod-made',
    setup,
    configSchema: z.object({ port: z.number().default(80) }),
    serviceSchema: z.object({ url: z.string() }),
  }),
  definePlugin({
    name: 'valibot-made',
    setup,
    serviceSchema: v.object({ url: v.optional(v.string(), '/') }),
    serviceKeys: { rules: v.array(v.string()) },
  }),
  definePlugin({ name: 'arktype-made', setup, configSchema: type({ 'port?': 'number' }) }),
  definePlugin({ name: 'transforming', setup, serviceSchema: z.string().transform(Number) }),
  definePlugin({
    name: 'unknown-library',
    setup,
    serviceSchema: { '~standard': { version: 1, vendor: 'mine', validate: (value) => ({ value }) } },
  }),
  definePlugin({ name: 'without', setup }),
];

/** What stands at a path in a schema; throws when nothing does. */
function at(schema: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null || !(key in inner))
      throw new Error(`nothing at ${path.join('.')}: ${key}`);
    return (inner as Record<string | number, unknown>)[key];
  }, schema);
}
const service = (schema: unknown): Record<string, unknown> =>
  at(schema, 'properties', 'services', 'items', 'properties') as Record<string, unknown>;
const defaults = (schema: unknown): Record<string, unknown> =>
  at(schema, 'properties', 'defaults', 'properties') as Record<string, unknown>;

describe('the schema of a configuration', () => {
  const plain = assembleSchema([]);

  test('is draft-07 and plain JSON', () => {
    expect(plain).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      additionalProperties: false,
    });
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
  });

  test('knows every key at the top and of a service, with words and defaults', () => {
    expect(Object.keys(at(plain, 'properties') as object)).toEqual([
      'project',
      'plugins',
      'timeouts',
      'defaults',
      'services',
    ]);
    expect(service(plain)['type']).toMatchObject({
      enum: ['simple', 'oneshot', 'forking'],
      default: 'simple',
      description: expect.any(String),
    });
    expect(at(plain, 'properties', 'services', 'items', 'required')).toEqual(['name', 'command']);
    expect(at(plain, 'properties', 'services', 'items', 'additionalProperties')).toBe(false);
    expect(at(plain, 'properties', 'timeouts', 'properties', 'service_shutdown_timeout')).toMatchObject({
      default: 10,
    });
    expect(at(plain, 'properties', 'timeouts', 'additionalProperties')).toBe(false);
    for (const schema of Object.values(service(plain))) expect(schema).toHaveProperty('description');
  });

  test('offers every key of a service but name as a default', () => {
    const keys = Object.keys(service(plain)).filter((key) => key !== 'name');
    expect(Object.keys(defaults(plain)).sort()).toEqual(keys.sort());
    expect(at(plain, 'properties', 'defaults', 'required')).toEqual([]);
  });
});

describe('the schemas of plugins are part of it', () => {
  const schema = assembleSchema(PLUGINS);
  const options = (name: string): unknown => {
    const forms = at(schema, 'properties', 'plugins', 'anyOf') as { type: string }[];
    return at(
      forms.find((form) => form.type === 'object'),
      'properties',
      name,
      'anyOf',
      0,
    );
  };

  test.each(['zod-made', 'valibot-made'])('the service section of %s', (name) => {
    expect(service(schema)[name]).toMatchObject({ type: 'object', properties: { url: { type: 'string' } } });
    expect(defaults(schema)[name]).toEqual(service(schema)[name]);
    expect(service(schema)[name]).not.toHaveProperty('$schema');
  });

  test('further service keys', () => {
    expect(service(schema)['rules']).toEqual({ type: 'array', items: { type: 'string' } });
  });

  test.each(['zod-made', 'arktype-made'])('the options of %s, with the module to use', (name) => {
    expect(options(name)).toMatchObject({
      type: 'object',
      properties: { port: { type: 'number' }, use: { type: 'string' } },
    });
  });

  test('options of a plugin without a schema are any table', () => {
    expect(options('without')).toMatchObject({ type: 'object', properties: { use: { type: 'string' } } });
  });

  test('what a validator reads is described, not what it makes of it', () => {
    expect(service(schema)['transforming']).toEqual({ type: 'string' });
  });

  test('what cannot be converted accepts anything and says so', () => {
    expect(service(schema)['unknown-library']).toEqual({
      $comment: 'A schema of mine that has no JSON Schema form: any value is accepted here, Tappet checks it.',
    });
  });
});
