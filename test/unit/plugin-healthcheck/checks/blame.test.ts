import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blameAll,
  type BlameGraph,
  type BlameState,
  rootsOf,
} from '../../../../packages/plugin-healthcheck/src/checks/blame.ts';
import { activate, countResult, INACTIVE } from '../../../../packages/plugin-healthcheck/src/checks/counter.ts';
import { decide } from '../../../../packages/plugin-healthcheck/src/checks/decision.ts';
import { check, result } from './values.ts';

function graph(
  dependencies: Readonly<Record<string, readonly string[]>>,
  states: Readonly<Record<string, BlameState>>,
): BlameGraph {
  return { dependencies: new Map(Object.entries(dependencies)), states: new Map(Object.entries(states)) };
}

const SHOP = { web: ['api'], api: ['db', 'cache', 'migration'], migration: ['db'], db: [], cache: [] };

describe('the root of a failure', () => {
  it.each<[string, Record<string, BlameState>, string[]]>([
    ['the service itself when its dependencies are up', { api: 'down' }, []],
    ['the dependency that is down', { api: 'down', db: 'down' }, ['db']],
    ['at the end of the chain', { web: 'down', api: 'down', db: 'down' }, ['db']],
    ['not behind a dependency that is up', { web: 'down', db: 'down' }, []],
    ['behind a oneshot that is done', { api: 'down', migration: 'done', db: 'down' }, ['db']],
    ['each of several', { api: 'down', db: 'down', cache: 'down' }, ['cache', 'db']],
  ])('is %s', (_what, states, roots) => {
    expect(rootsOf('web' in states ? 'web' : 'api', graph(SHOP, states))).toEqual(roots);
  });

  it('is found through a diamond with a oneshot', () => {
    const diamond = { api: ['a', 'b'], a: ['once'], b: ['once'], once: ['db'], db: [] };
    expect(rootsOf('api', graph(diamond, { api: 'down', a: 'down', b: 'down', once: 'done', db: 'down' }))).toEqual([
      'db',
    ]);
  });

  it('ends with an answer in any graph, a circle too, and every root is down and explained by nothing below', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const someNames = fc.subarray(names);
    const graphs = fc.record({
      dependencies: fc.tuple(someNames, someNames, someNames, someNames, someNames),
      states: fc.tuple(...names.map(() => fc.constantFrom<BlameState>('up', 'down', 'done'))),
    });
    fc.assert(
      fc.property(graphs, ({ dependencies, states }) => {
        const acyclic = new Map(
          names.map((name, index) => [name, (dependencies[index] ?? []).filter((other) => other > name)]),
        );
        const stateOf = new Map(names.map((name, index) => [name, states[index] ?? 'up']));
        const circular = new Map(names.map((name, index) => [name, dependencies[index] ?? []]));
        for (const name of names) {
          rootsOf(name, { dependencies: circular, states: stateOf });
          for (const root of rootsOf(name, { dependencies: acyclic, states: stateOf })) {
            expect(stateOf.get(root)).toBe('down');
            expect(rootsOf(root, { dependencies: acyclic, states: stateOf })).toEqual([]);
          }
        }
      }),
    );
  });
});

describe('blameAll', () => {
  it('names each root once with all that it explains, nearest first', () => {
    expect(blameAll(graph(SHOP, { web: 'down', api: 'down', db: 'down', cache: 'up' }))).toEqual([
      { root: 'db', affected: ['api', 'web'] },
    ]);
    expect(blameAll(graph(SHOP, { web: 'down', api: 'up', cache: 'down' }))).toEqual([
      { root: 'cache', affected: [] },
      { root: 'web', affected: [] },
    ]);
    expect(blameAll(graph(SHOP, {}))).toEqual([]);
  });
});

describe('decide', () => {
  const down = (onFailure: 'restart' | 'stop' | 'shutdown' | 'ignore', blame = true): Parameters<typeof decide> => {
    const one = check({ name: 'ok', kind: 'liveness', onFailure, blame, failureThreshold: 1 });
    const { event } = countResult(activate(INACTIVE, one, 0), one, { result: result(false, 'refused'), atMs: 5000 });
    if (event === undefined) throw new Error('no event');
    return [event, { check: one, service: 'api', graph: graph(SHOP, { api: 'down' }) }];
  };

  it.each(['restart', 'stop', 'shutdown'] as const)('asks for a %s with its reason', (action) => {
    expect(decide(...down(action))).toEqual({ action, reason: 'liveness check "ok" failed 1/1: refused' });
  });

  it('asks for nothing when failures are ignored, or when the check went up', () => {
    expect(decide(...down('ignore'))).toEqual({ action: 'none' });
    const [event, options] = down('restart');
    expect(decide({ ...event, type: 'up' }, options)).toEqual({ action: 'none' });
  });

  it('holds the action while a dependency is down, unless blame is off', () => {
    const isDown = graph(SHOP, { api: 'down', db: 'down' });
    const [event, options] = down('restart');
    expect(decide(event, { ...options, graph: isDown })).toEqual({
      action: 'hold',
      held: 'restart',
      roots: ['db'],
      reason: 'liveness check "ok" failed 1/1: refused (because db is down)',
    });
    const [same, without] = down('restart', false);
    expect(decide(same, { ...without, graph: isDown })).toMatchObject({ action: 'restart' });
  });
});
