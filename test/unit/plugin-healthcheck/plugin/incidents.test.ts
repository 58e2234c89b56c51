import { describe, expect, it } from 'vitest';
import { relatives } from '../../../../packages/plugin-healthcheck/src/plugin/blame-graph.ts';
import { Incidents } from '../../../../packages/plugin-healthcheck/src/plugin/incidents.ts';
import { ReadyGates } from '../../../../packages/plugin-healthcheck/src/plugin/ready-gates.ts';

const held = (service: string): { service: string; check: string; life: number } => ({
  service,
  check: 'live',
  life: 1,
});

describe('incidents', () => {
  it('open with the first failure put down to a root and gather everybody affected', () => {
    const incidents = new Incidents();
    expect(incidents.blame('db', 'api', 5)).toBe(true);
    expect(incidents.blame('db', 'web', 9)).toBe(false);
    expect(incidents.rootsOf('web')).toEqual(['db']);
    expect(incidents.rootsOf('db')).toEqual([]);
    expect(incidents.list()).toEqual([{ root: 'db', sinceMs: 5, affected: new Set(['api', 'web']) }]);
  });

  it('hand out what they held when they end, unless another one holds it too', () => {
    const incidents = new Incidents();
    for (const root of ['db', 'cache']) incidents.blame(root, 'api', 0);
    incidents.hold('db', held('api'));
    incidents.hold('db', held('web'));
    incidents.hold('cache', held('api'));
    expect(incidents.close('db')?.released).toEqual([held('web')]);
    expect(incidents.close('db')).toBeUndefined();
    expect(incidents.close('cache')?.released).toEqual([held('api')]);
    expect(incidents.roots()).toEqual([]);
  });
});

describe('relatives of a service', () => {
  const graph = {
    dependencies: new Map([
      ['web', ['api', 'cache']],
      ['api', ['db']],
      ['db', []],
      ['cache', []],
    ]),
    states: new Map(),
  };

  it.each([
    ['web', 'upstream', ['api', 'cache', 'db']],
    ['db', 'downstream', ['api', 'web']],
    ['db', 'upstream', []],
    ['nobody', 'upstream', []],
  ] as const)('%s %s', (service, direction, expected) => {
    expect(relatives(service, graph, direction)).toEqual(expected);
  });
});

describe('a gate', () => {
  it('opens at the look that finds the condition true', async () => {
    const gates = new ReadyGates();
    let isOpen = false;
    const passed: string[] = [];
    const { signal } = new AbortController();
    const wait = gates.wait('web', { signal, isOpen: () => isOpen }).then(() => passed.push('web'));
    gates.look('web');
    gates.look('other');
    await Promise.resolve();
    expect(passed).toEqual([]);
    isOpen = true;
    gates.look('web');
    await wait;
    expect(passed).toEqual(['web']);
  });

  it('rejects with the reason of an abort, before or while it is waited for', async () => {
    const gates = new ReadyGates();
    const abort = new AbortController();
    const wait = gates.wait('web', { signal: abort.signal, isOpen: () => false });
    abort.abort(new Error('taken back'));
    await expect(wait).rejects.toThrow('taken back');
    await expect(gates.wait('web', { signal: abort.signal, isOpen: () => true })).rejects.toThrow('taken back');
  });
});
