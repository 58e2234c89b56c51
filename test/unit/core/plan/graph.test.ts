import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dependencyGraph, findCycles } from '../../../../packages/core/src/plan/graph.ts';
import type { Dependency } from '../../../../packages/core/src/plan/plan.ts';

const services = (edges: Record<string, string[]>): { name: string; dependsOn: Dependency[] }[] =>
  Object.entries(edges).map(([name, targets]) => ({
    name,
    dependsOn: targets.map((service) => ({ service, condition: 'default', waitAfterMs: 0 })),
  }));

const STACK = dependencyGraph(
  services({
    nginx: ['web'],
    web: ['db', 'cache'],
    worker: ['cache'],
    db: [],
    cache: [],
    alone: [],
    odd: ['gone', 'db', 'db'],
  }),
);

describe('the graph of a plan', () => {
  test('knows direct neighbours', () => {
    expect(STACK.dependenciesOf('web')).toEqual(['db', 'cache']);
    expect(STACK.dependentsOf('cache')).toEqual(['web', 'worker']);
    expect(STACK.dependenciesOf('odd')).toEqual(['db']);
    expect(STACK.dependentsOf('db')).toEqual(['web', 'odd']);
    expect([STACK.dependenciesOf('gone'), STACK.dependentsOf('gone')]).toEqual([[], []]);
  });

  test('knows everything behind a service and everything it needs', () => {
    expect(STACK.allDependentsOf('db')).toEqual(['nginx', 'web', 'odd']);
    expect(STACK.allDependentsOf('alone')).toEqual([]);
    expect(STACK.closure(['nginx', 'alone'])).toEqual(['nginx', 'web', 'db', 'cache', 'alone']);
    expect(STACK.closure(['gone'])).toEqual([]);
  });

  test('orders dependencies before dependents and otherwise as in the file', () => {
    expect(STACK.order).toEqual(['db', 'cache', 'alone', 'web', 'worker', 'odd', 'nginx']);
  });

  test('puts a cycle last instead of losing it', () => {
    expect(dependencyGraph(services({ a: ['b'], b: ['a'], c: ['a'], d: [] })).order).toEqual(['d', 'a', 'b', 'c']);
  });
});

describe('cycles', () => {
  test.each<{ summary: string; edges: Record<string, string[]>; cycles: string[][] }>([
    { summary: 'none', edges: { a: ['b', 'c'], b: ['c'], c: [] }, cycles: [] },
    { summary: 'one node', edges: { a: ['a'] }, cycles: [['a', 'a']] },
    { summary: 'two nodes', edges: { a: ['b'], b: ['a'] }, cycles: [['a', 'b', 'a']] },
    { summary: 'the shortest', edges: { a: ['b', 'c'], b: ['c'], c: ['a'] }, cycles: [['a', 'c', 'a']] },
    { summary: 'with ways in and out', edges: { x: ['a'], a: ['b'], b: ['a', 'y'], y: [] }, cycles: [['a', 'b', 'a']] },
    {
      summary: 'two groups and a bridge',
      edges: { a: ['b'], b: ['a', 'm'], m: ['c'], c: ['d'], d: ['c'] },
      cycles: [
        ['a', 'b', 'a'],
        ['c', 'd', 'c'],
      ],
    },
    {
      summary: 'one for nodes that share a node',
      edges: { a: ['b', 'c'], b: ['a'], c: ['a'] },
      cycles: [['a', 'b', 'a']],
    },
    { summary: 'unknown targets', edges: { a: ['gone'] }, cycles: [] },
  ])('$summary', ({ edges, cycles }) => {
    expect(findCycles(new Map(Object.entries(edges)))).toEqual(cycles);
  });

  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const anyEdges = fc.dictionary(name, fc.array(name, { maxLength: 3 }), { maxKeys: 8 });

  test('are closed, follow edges, and are found exactly when there is no order', () => {
    fc.assert(
      fc.property(anyEdges, (edges) => {
        const map = new Map(Object.entries(edges));
        const cycles = findCycles(map);
        for (const cycle of cycles) {
          expect(cycle.length).toBeGreaterThan(1);
          expect(cycle.at(-1)).toBe(cycle[0]);
          for (const [at, node] of cycle.slice(0, -1).entries()) expect(map.get(node)).toContain(cycle[at + 1]);
        }
        const { order, dependenciesOf } = dependencyGraph(services(edges));
        expect([...order].sort()).toEqual(Object.keys(edges).sort());
        const isOrdered = order.every((node, at) => dependenciesOf(node).every((other) => order.indexOf(other) < at));
        expect(isOrdered).toBe(cycles.length === 0);
      }),
    );
  });

  test('of a long chain are found without exhausting the stack', () => {
    const count = 20_000;
    const chain = new Map(Array.from({ length: count }, (_, index) => [`s${index}`, [`s${(index + 1) % count}`]]));
    expect(findCycles(chain)[0]).toHaveLength(count + 1);
  });
});
