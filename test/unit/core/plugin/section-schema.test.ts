import { type ConfigIssue, definePlugin, type SectionReading, sectionSchema } from '@tappet/core';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../packages/core/src/errors/base.ts';
import { failureOf } from '../hooks/rig.ts';
import { hostRig } from './host-rig.ts';
import { planOf, serviceSpec } from './plans.ts';

const ISSUES: readonly ConfigIssue[] = [
  {
    code: 'ERR_CONFIG_UNKNOWN_KEY',
    message: 'no such word',
    path: ['dayly'],
    at: 'key',
    hint: 'did you mean "daily"?',
  },
  { code: 'ERR_CONFIG_VARIABLE', message: 'cannot use "at": it is no time', path: ['at'] },
];

async function issuesOf(read: () => SectionReading<unknown>): Promise<readonly ConfigIssue[]> {
  const plugin = definePlugin({ name: 'p', serviceSchema: sectionSchema(read), setup() {} });
  const error = await failureOf(hostRig().load([plugin], planOf([serviceSpec('web', { sections: { p: { a: 1 } } })])));
  if (!(error instanceof ConfigError)) throw new Error(`expected a ConfigError, received ${String(error)}`);
  return error.issues;
}

describe('a section read by a function', () => {
  it('gives the plugin what the function gives', async () => {
    const configs: unknown[] = [];
    const plugin = definePlugin({
      name: 'p',
      configSchema: sectionSchema((raw) => ({ value: JSON.stringify(raw) })),
      setup: ({ config }) => void configs.push(config),
    });
    await hostRig().load([plugin], planOf([], { pluginConfig: { p: { a: 1 } } }));
    expect(configs).toEqual(['{"a":1}']);
  });

  it('keeps code, hint and place of its issues, and puts the place before a message that does not say it', async () => {
    expect(await issuesOf(() => ({ issues: ISSUES }))).toEqual([
      { ...ISSUES[0], path: ['services', 0, 'p', 'dayly'], message: 'service "web": p.dayly: no such word' },
      { ...ISSUES[1], path: ['services', 0, 'p', 'at'], message: 'service "web": cannot use "at": it is no time' },
    ]);
  });

  it('may take its time', async () => {
    const schema = sectionSchema(async (raw) => ({ value: await Promise.resolve(raw) }));
    expect(await schema['~standard'].validate(7)).toEqual({ value: 7 });
  });

  it('is told where it stands, and gives paths from there', async () => {
    const schema = sectionSchema(
      (_raw, at) => ({
        issues: [{ code: 'ERR_CONFIG_TYPE', message: `cannot use ${at.join('.')}.x`, path: [...at, 'x'] }],
      }),
      { at: ['plugins', 'p'] },
    );
    expect(await schema['~standard'].validate({})).toEqual({
      issues: [{ code: 'ERR_CONFIG_TYPE', message: 'cannot use plugins.p.x', path: ['x'] }],
    });
  });

  it('hands its JSON Schema on, and has none otherwise', () => {
    const schema = sectionSchema((value) => ({ value }), { jsonSchema: { type: 'string' } });
    expect(schema['~standard'].jsonSchema?.input()).toEqual({ type: 'string' });
    expect(sectionSchema((value) => ({ value }))['~standard']).not.toHaveProperty('jsonSchema');
  });
});
