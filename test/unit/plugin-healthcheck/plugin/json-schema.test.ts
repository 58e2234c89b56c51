import { PROBE_NAMES } from '@tappet/plugin-healthcheck/probes';
import { describe, expect, it } from 'vitest';
import {
  CONFIG_JSON_SCHEMA,
  SERVICE_JSON_SCHEMA,
} from '../../../../packages/plugin-healthcheck/src/plugin/json-schema.ts';
import { SETTING_NAMES } from '../../../../packages/plugin-healthcheck/src/settings.ts';

/** What a JSON Schema says about the keys of a table. */
function keysOf(schema: unknown): string[] {
  return Object.keys((schema as { properties: object }).properties).sort();
}

describe('the JSON Schema for editors', () => {
  const keys = [...SETTING_NAMES, ...PROBE_NAMES].sort();

  it('knows every setting and every probe of a check, and nothing else', () => {
    const [one, list] = SERVICE_JSON_SCHEMA['anyOf'] as [object, { items: object }];
    expect(keysOf(one)).toEqual(keys);
    expect(keysOf(list.items)).toEqual(keys);
    expect(one).toMatchObject({ additionalProperties: false });
  });

  it('knows the options of the plugin', () => {
    expect(keysOf(CONFIG_JSON_SCHEMA)).toEqual(['checks', 'drain', 'history', 'listen']);
    const { checks } = CONFIG_JSON_SCHEMA['properties'] as { checks: { items: object } };
    expect(keysOf(checks.items)).toEqual([...keys, 'services'].sort());
  });
});
