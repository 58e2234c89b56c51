import { describe, expect, it } from 'vitest';
import { createHooks, HOOKS } from '../../../../packages/core/src/hooks/hooks.ts';
import { hookNames } from '../../../../packages/core/src/hooks/policy.ts';

describe('the table of hooks', () => {
  it('is frozen and names exactly the hooks that are created, with their classes', () => {
    const hooks = createHooks();
    expect(Object.isFrozen(HOOKS)).toBe(true);
    expect(Object.keys(hooks)).toEqual([...hookNames()]);
    for (const name of hookNames()) expect([name, hooks[name].constructor.name]).toEqual([name, HOOKS[name].tapable]);
  });

  it('names the hooks that are promised to authors', () => {
    expect(hookNames()).toEqual(expect.arrayContaining(['beforeStart', 'onExit', 'onShutdown']));
  });

  it('makes the kind follow from the name', () => {
    const kinds = Object.groupBy(hookNames(), (name) => HOOKS[name].kind);
    expect(kinds).toEqual({
      transform: ['plan', 'spawnSpec'],
      gate: hookNames().filter((name) => name.startsWith('before') || name === 'checkReady'),
      decide: ['onOutput', ...hookNames().filter((name) => name.startsWith('decide'))],
      observe: hookNames().filter((name) => name.startsWith('on') && name !== 'onOutput'),
    });
  });

  it('gives every async hook but the readiness check a deadline', () => {
    const unlimited = hookNames().filter(
      (name) => HOOKS[name].tapable.startsWith('Async') && HOOKS[name].deadlineMs === undefined,
    );
    expect(unlimited).toEqual(['checkReady']);
  });
});
