import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serviceEntries } from '../../../../packages/core/src/plan/service-schema.ts';
import { buildWith } from './build-with.ts';

const keys = [...Object.keys(serviceEntries), '__proto__', 'constructor', 'unknown'];
const value = fc.oneof(
  fc.constantFrom('web', 'db', '', '${A}', '5s', 'always', 'oneshot', 'TERM', '/x', 'a "b'),
  fc.integer({ min: -2, max: 4 }),
  fc.boolean(),
  fc.constantFrom(['web'], ['a', 5], { web: 1 }, { db: 'ready' }, { policy: 'always' }, null, Number.NaN, new Date(0)),
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, maxDepth: 2 }),
);
const service = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 });
const config = fc.record(
  {
    services: fc.oneof(fc.array(fc.oneof(service, value), { maxLength: 4 }), value),
    defaults: fc.oneof(service, value),
    timeouts: value,
    plugins: value,
    project: value,
  },
  { requiredKeys: [] },
);

test('any value gives a plan or errors, never both, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(config, fc.anything()), (raw) => {
      const { plan, issues } = buildWith(raw, { readText: () => '' });
      const errors = issues.filter(({ severity }) => severity !== 'warning');
      expect(plan === undefined).toBe(errors.length > 0);
      for (const { message } of issues) expect(message.length).toBeLessThan(600);
    }),
    { numRuns: 2000 },
  );
});

test('a cyclic value of a JavaScript configuration is no trap', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const raw = {
    plugins: { a: cyclic },
    services: [{ name: 'w', command: 'x', mine: cyclic, env: cyclic, args: cyclic }],
  };
  const { issues } = buildWith(raw, { pluginNames: new Set(['mine', 'a']) });
  expect(issues.map(({ path }) => path.join('.'))).toEqual(['services.0.env.self', 'services.0.args']);
  const valid = { ...raw, services: [{ name: 'w', command: 'x', mine: cyclic }] };
  expect(buildWith(valid, { pluginNames: new Set(['mine', 'a']) }).plan?.services[0]?.sections).toHaveProperty(
    'mine.self.self',
  );
});
