import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../../../packages/core/src/plugin/define-plugin.ts';
import { orderPlugins } from '../../../../packages/core/src/plugin/order.ts';

function plugin(name: string, extra: Partial<Plugin> = {}): { readonly plugin: Plugin } {
  return { plugin: { name, setup() {}, ...extra } };
}

function names(entries: readonly { readonly plugin: Plugin }[]): string[] {
  return orderPlugins(entries).map((entry) => entry.plugin.name);
}

describe('order of plugins', () => {
  it('is the order of the list when nothing else is said', () => {
    expect(names([plugin('b'), plugin('a'), plugin('c')])).toEqual(['b', 'a', 'c']);
  });

  it('puts what a plugin requires or follows before it', () => {
    expect(names([plugin('a', { requires: ['c'] }), plugin('b', { after: ['a'] }), plugin('c')])).toEqual([
      'c',
      'a',
      'b',
    ]);
  });

  it('does not mind a plugin to follow that is not loaded', () => {
    expect(names([plugin('a', { after: ['ghost'] })])).toEqual(['a']);
  });

  it.each([
    [
      'a required plugin that is not loaded, with the nearest name',
      [plugin('a', { requires: ['helthcheck'] }), plugin('healthcheck')],
      '"a" requires "helthcheck", which is not loaded (did it mean "healthcheck"?)',
    ],
    [
      'everything wrong at once',
      [plugin('a', { requires: ['slack'] }), plugin('a'), plugin('b', { requires: ['budget'] })],
      '"a" is loaded twice; "a" requires "slack", which is not loaded; "b" requires "budget", which is not loaded',
    ],
    [
      'a circle',
      [plugin('z'), plugin('a', { after: ['b'] }), plugin('b', { requires: ['c'] }), plugin('c', { after: ['a'] })],
      'they wait for each other: a → b → c → a',
    ],
    ['a plugin that waits for itself', [plugin('a', { after: ['a'] })], 'a → a'],
  ])('refuses %s', (_what, entries, message) => {
    expect(() => orderPlugins(entries)).toThrow(
      expect.objectContaining({ code: 'ERR_PLUGIN_ORDER', message: expect.stringContaining(message) as unknown }),
    );
  });

  it('keeps every edge of any graph without circles', () => {
    const graph = fc.array(fc.array(fc.nat(19), { maxLength: 4 }), { maxLength: 20 });
    fc.assert(
      fc.property(graph, fc.infiniteStream(fc.nat()), (edges, shuffle) => {
        const entries = edges
          .map((targets, index) => ({
            rank: shuffle.next().value as number,
            entry: plugin(`p${index}`, {
              after: targets.filter((target) => target < index).map((target) => `p${target}`),
            }),
          }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ entry }) => entry);
        const ordered = names(entries);
        expect(ordered).toHaveLength(entries.length);
        for (const {
          plugin: { name, after = [] },
        } of entries) {
          for (const before of after) expect(ordered.indexOf(before)).toBeLessThan(ordered.indexOf(name));
        }
      }),
    );
  });
});
