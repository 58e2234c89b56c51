import { describe, expect, it } from 'vitest';
import { createHooks } from '../../../../packages/core/src/hooks/hooks.ts';
import { scopeHooks } from '../../../../packages/core/src/hooks/scope.ts';
import type { ScopedHooks, TapStage } from '../../../../packages/core/src/plugin/context.ts';
import { cause, exitPayload, rig } from './rig.ts';

async function orderOf(hook: 'onExit' | 'onShutdown', stages: readonly TapStage[]): Promise<string[]> {
  const { lifecycle, plugin } = rig();
  const seen: string[] = [];
  for (const [index, stage] of stages.entries()) {
    plugin(`p${index}`)[hook].tap({ name: stage, stage }, () => {
      seen.push(`${stage}${index}`);
    });
  }
  if (hook === 'onExit') await lifecycle.onExit(exitPayload);
  else await lifecycle.onShutdown({ cause, exitCode: 0, signal: new AbortController().signal });
  return seen;
}

describe('stages', () => {
  it('come early, normal, late, and in order of registration within', async () => {
    expect(await orderOf('onExit', ['late', 'normal', 'early', 'normal', 'early'])).toEqual([
      'early2',
      'early4',
      'normal1',
      'normal3',
      'late0',
    ]);
  });

  it('keep their order at the shutdown, where the last registered of each runs first', async () => {
    expect(await orderOf('onShutdown', ['late', 'normal', 'early', 'normal', 'early'])).toEqual([
      'early4',
      'early2',
      'normal3',
      'normal1',
      'late0',
    ]);
  });
});

function scoped(): ScopedHooks {
  return rig().plugin('x');
}

describe('scoped hooks', () => {
  it.each([
    ['a hook that does not exist', () => Reflect.get(scoped(), 'onExist'), 'did you mean "onExit"?'],
    ['a hook unlike any other', () => Reflect.get(scoped(), 'zzzzzzzz'), 'hooks are plan, beforeStart'],
    ['an empty name', () => scoped().onExit.tap(' ', () => {}), 'expected a name'],
    [
      'an unknown stage',
      () => scoped().onExit.tap({ name: 'a', stage: 'first' as TapStage }, () => {}),
      'received "first"',
    ],
    ['a deadline on a sync hook', () => scoped().onReady.tap({ name: 'a', deadlineMs: 5 }, () => {}), 'sync hook'],
    ['a deadline of 0', () => scoped().onExit.tap({ name: 'a', deadlineMs: 0 }, () => {}), 'above 0, received 0'],
    ['no function', () => scoped().onExit.tap('a', 'b' as never), 'expected a function for "x:a", received string'],
  ])('refuse %s with a TypeError', (_what, act, message) => {
    expect(act).toThrow(TypeError);
    expect(act).toThrow(message);
  });

  it('refuse one name twice on one hook and take it on another', () => {
    const hooks = scoped();
    hooks.onExit.tap('a', () => {});
    expect(() => hooks.onExit.tap('a', () => {})).toThrow('"x:a" is registered twice');
    expect(() => hooks.onStop.tap('a', () => {})).not.toThrow();
  });

  it('refuse taps once their generation is over', () => {
    const hooks = scopeHooks({ plugin: 'x', hooks: createHooks(), isOpen: () => false });
    expect(() => hooks.onExit.tap('a', () => {})).toThrow('this generation of the plugin is over');
  });

  it('can be printed, awaited and not be changed', async () => {
    const hooks = scoped();
    expect(await Promise.resolve(hooks)).toBe(hooks);
    expect(() => JSON.stringify(hooks)).not.toThrow();
    expect(Reflect.set(hooks, 'onExit', 1)).toBe(false);
  });
});
