import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffPlans, type PlanDiff, specHash } from '../../../../packages/core/src/plan/diff.ts';
import type { Plan, ServiceSpec } from '../../../../packages/core/src/plan/plan.ts';
import { buildWith } from './build-with.ts';

const planOf = (...tables: Record<string, unknown>[]): Plan => {
  const services = tables.map((keys) => ({ command: 'x', ...keys }));
  const { plan } = buildWith({ services }, { pluginNames: new Set(['healthcheck']) });
  if (plan === undefined) throw new Error('the input of this test is wrong');
  return plan;
};
const specOf = (keys: Record<string, unknown>): ServiceSpec =>
  only(planOf({ name: 'web', ...keys }, { name: 'db' }).services.filter(({ name }) => name === 'web'));
const only = ([first]: readonly ServiceSpec[]): ServiceSpec => {
  if (first === undefined) throw new Error('the input of this test is wrong');
  return first;
};
const names = (diff: PlanDiff): Record<keyof PlanDiff, string[]> => ({
  added: diff.added.map(({ name }) => name),
  removed: diff.removed.map(({ name }) => name),
  restarted: diff.restarted.map(({ to }) => to.name),
  updated: diff.updated.map(({ to }) => to.name),
  unchanged: diff.unchanged.map(({ name }) => name),
});

describe('a changed key of a service', () => {
  test.each<{ keys: Record<string, unknown>; change: 'restarted' | 'updated' }>([
    { keys: { command: 'y' }, change: 'restarted' },
    { keys: { args: ['a'] }, change: 'restarted' },
    { keys: { type: 'oneshot' }, change: 'restarted' },
    { keys: { user: 'www-data' }, change: 'restarted' },
    { keys: { group: 'adm' }, change: 'restarted' },
    { keys: { umask: '077' }, change: 'restarted' },
    { keys: { cwd: '/tmp' }, change: 'restarted' },
    { keys: { env: { A: '1' } }, change: 'restarted' },
    { keys: { inherit_env: true }, change: 'restarted' },
    { keys: { notify_fd: 3 }, change: 'restarted' },
    { keys: { pid_file: 'x.pid' }, change: 'restarted' },
    { keys: { durable: true }, change: 'restarted' },
    { keys: { enabled: false }, change: 'updated' },
    { keys: { required: true }, change: 'updated' },
    { keys: { depends_on: 'db' }, change: 'updated' },
    { keys: { pre_script: 'true' }, change: 'updated' },
    { keys: { pos_script: 'true' }, change: 'updated' },
    { keys: { log_file: 'x.log' }, change: 'updated' },
    { keys: { restart: 'always' }, change: 'updated' },
    { keys: { stop_signal: 'INT' }, change: 'updated' },
    { keys: { stop_timeout: 1 }, change: 'updated' },
    { keys: { kill_mode: 'process' }, change: 'updated' },
    { keys: { start_timeout: 1 }, change: 'updated' },
    { keys: { start_seconds: 1 }, change: 'updated' },
    { keys: { ready_log: 'up' }, change: 'updated' },
    { keys: { success_exit_codes: [3] }, change: 'updated' },
    { keys: { healthcheck: { http: '/' } }, change: 'updated' },
  ])('$keys: $change', ({ keys, change }) => {
    const diff = diffPlans(planOf({ name: 'web' }, { name: 'db' }), planOf({ name: 'web', ...keys }, { name: 'db' }));
    const expected = { added: [], removed: [], restarted: [], updated: [], unchanged: ['db'], [change]: ['web'] };
    expect(names(diff)).toEqual(expected);
    expect(specHash(specOf(keys)) === specHash(specOf({}))).toBe(change === 'updated');
  });
});

test('services come and go, a new name is a new service, order does not matter', () => {
  const diff = diffPlans(
    planOf({ name: 'a' }, { name: 'b' }, { name: 'c' }),
    planOf({ name: 'c' }, { name: 'd' }, { name: 'a' }),
  );
  expect(names(diff)).toEqual({ added: ['d'], removed: ['b'], restarted: [], updated: [], unchanged: ['c', 'a'] });
});

test('another number of instances keeps the copies that stay', () => {
  const diff = diffPlans(planOf({ name: 'web', instances: 3 }), planOf({ name: 'web', instances: 2 }));
  expect(names(diff)).toMatchObject({ removed: ['web@3'], unchanged: ['web@1', 'web@2'], restarted: [] });
});

test('both sides of a change are handed on', () => {
  const from = planOf({ name: 'web' });
  const to = planOf({ name: 'web', args: ['a'] });
  expect(diffPlans(from, to).restarted).toEqual([{ from: from.services[0], to: to.services[0] }]);
});

test('the order of keys in a table is no difference', () => {
  const from = specOf({ env: { A: '1', B: '2' }, healthcheck: { x: 1, y: { p: 1, q: 2 } } });
  const to = specOf({ env: { B: '2', A: '1' }, healthcheck: { y: { q: 2, p: 1 }, x: 1 } });
  expect(diffPlans({ services: [from] }, { services: [to] }).unchanged).toHaveLength(1);
  expect(specHash(to)).toBe(specHash(from));
});

test('functions, dates and cycles in sections of a JavaScript configuration are compared, not fatal', () => {
  const section = (value: unknown): ServiceSpec => ({ ...specOf({}), sections: { mine: value } });
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const change = (a: unknown, b: unknown): number =>
    diffPlans({ services: [section(a)] }, { services: [section(b)] }).updated.length;
  expect(
    change(
      () => 1,
      () => 2,
    ),
  ).toBe(1);
  expect(change(new Date(0), new Date(1))).toBe(1);
  expect(change(/a/, /a/)).toBe(0);
  expect(change(cyclic, { self: 1 })).toBe(1);
  expect(change(undefined, null)).toBe(1);
});

test('any two plans are divided without rest, and a plan differs from itself in nothing', () => {
  const table = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    args: fc.constantFrom([], ['1']),
    required: fc.boolean(),
  });
  const plan = fc.uniqueArray(table, { selector: ({ name }) => name }).map((tables) => planOf(...tables));
  fc.assert(
    fc.property(plan, plan, (from, to) => {
      const diff = names(diffPlans(from, to));
      const now = [...diff.added, ...diff.restarted, ...diff.updated, ...diff.unchanged];
      expect(now.sort()).toEqual(to.services.map(({ name }) => name).sort());
      expect(diff.removed).toEqual(from.services.map(({ name }) => name).filter((name) => !now.includes(name)));
      expect(names(diffPlans(to, to)).unchanged).toEqual(to.services.map(({ name }) => name));
      const back = names(diffPlans(to, from));
      expect([back.added.sort(), back.restarted.sort()]).toEqual([diff.removed.sort(), diff.restarted.sort()]);
    }),
  );
});
