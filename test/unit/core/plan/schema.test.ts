import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import {
  configSchema,
  rootEntries,
  serviceSchema,
  timeoutsEntries,
  timeoutsSchema,
} from '../../../../packages/core/src/plan/schema.ts';
import { restartEntries } from '../../../../packages/core/src/plan/restart-schema.ts';
import { serviceEntries } from '../../../../packages/core/src/plan/service-schema.ts';

describe('the schemas', () => {
  const tables = { root: rootEntries, service: serviceEntries, restart: restartEntries, timeouts: timeoutsEntries };
  const keys = Object.entries(tables).flatMap(([table, entries]) =>
    Object.entries(entries).map(([key, schema]) => ({ table, key, schema: schema as v.GenericSchema })),
  );

  test.each(keys)('document $table.$key', ({ schema }) => {
    const { title, description } = v.getMetadata(schema);
    expect(title).toMatch(/^[A-Z]/);
    expect(description).toMatch(/\.$/);
  });

  test('accept a whole configuration', () => {
    const config = {
      project: 'shop',
      plugins: { healthcheck: { port: 1 } },
      timeouts: { post_script_timeout: '7s' },
      defaults: { restart: { policy: 'always' } },
      services: [{ name: 'web', command: 'x', restart: 'never', depends_on: { db: 'ready' }, wait_after: { db: 1 } }],
    };
    expect(v.safeParse(configSchema, config).issues).toBeUndefined();
  });

  test('refuse keys that nobody owns', () => {
    for (const config of [
      { a: 1 },
      { timeouts: { a: 1 } },
      { defaults: { a: 1 } },
      { services: [{ name: 'w', command: 'x', a: 1 }] },
    ]) {
      expect(v.safeParse(configSchema, config).success).toBe(false);
    }
    expect(v.safeParse(timeoutsSchema, { a: 1 }).success).toBe(false);
  });

  test('need a name and a command of a service', () => {
    expect(v.safeParse(serviceSchema, { name: 'web' }).success).toBe(false);
    expect(v.safeParse(serviceSchema, { command: 'x' }).success).toBe(false);
    expect(v.safeParse(serviceSchema, { name: 'web', command: 'x' }).success).toBe(true);
  });
});
