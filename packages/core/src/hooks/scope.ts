import { nearest } from '../errors/nearest.ts';
import type { ScopedHook, ScopedHooks, TapOptions, TapStage } from '../plugin/context.ts';
import { HOOKS, type HookName, type Hooks, type TapFunctions } from './hooks.ts';
import { hookNames, isAsyncHook } from './policy.ts';

/** Distance between two stages: room for the running numbers that order taps within one. */
const STAGE_STEP = 1_000_000;
const STAGES: Readonly<Record<TapStage, number>> = { early: -STAGE_STEP, normal: 0, late: STAGE_STEP };

export interface ScopeOptions {
  readonly plugin: string;
  readonly hooks: Hooks;
  /** False once the generation is over. */
  isOpen(): boolean;
}

/**
 * The hooks as one plugin sees them: only `tap`, every tap labelled `plugin:name`, stages by name instead of numbers.
 * An unknown hook throws a TypeError with the nearest name instead of "undefined is not a function".
 */
export function scopeHooks(options: ScopeOptions): ScopedHooks {
  const hooks = Object.freeze({
    plan: scopeHook('plan', options),
    beforeStart: scopeHook('beforeStart', options),
    spawnSpec: scopeHook('spawnSpec', options),
    onSpawn: scopeHook('onSpawn', options),
    checkReady: scopeHook('checkReady', options),
    onReady: scopeHook('onReady', options),
    onOutput: scopeHook('onOutput', options),
    onExit: scopeHook('onExit', options),
    decideRestart: scopeHook('decideRestart', options),
    beforeStop: scopeHook('beforeStop', options),
    onStop: scopeHook('onStop', options),
    onStateChange: scopeHook('onStateChange', options),
    onReload: scopeHook('onReload', options),
    onShutdown: scopeHook('onShutdown', options),
  } satisfies ScopedHooks);
  return new Proxy(hooks, { get: (target, key) => (key in target ? Reflect.get(target, key) : unknownHook(key)) });
}

/** Lets inspection and promises ask for what is not there; a name that is close to a hook, or any other, is a mistake. */
function unknownHook(key: string | symbol): undefined {
  if (typeof key === 'symbol' || key === 'then' || key === 'toJSON') return undefined;
  const hint = nearest(key, hookNames());
  const suggestion = hint === undefined ? `hooks are ${hookNames().join(', ')}` : `did you mean "${hint}"?`;
  throw new TypeError(`hooks.${key}: there is no such hook; ${suggestion}`);
}

function scopeHook<Name extends HookName>(hook: Name, { plugin, hooks, isOpen }: ScopeOptions): ScopedHook<Name> {
  const names = new Set<string>();
  return Object.freeze({
    tap(given: string | TapOptions, tap: TapFunctions[Name]): void {
      const { name, stage, deadlineMs } = readOptions(hook, given);
      const label = `${plugin}:${name}`;
      if (!isOpen()) throw new Error(`cannot tap ${hook} as "${label}": this generation of the plugin is over`);
      if (names.has(name)) throw new TypeError(`${hook}.tap: "${label}" is registered twice, names must differ`);
      names.add(name);
      const order = HOOKS[hook].order === 'reverse' ? -hooks[hook].taps.length : 0;
      const options = { name: label, stage: STAGES[stage] + order, tapStage: stage, deadlineMs };
      // The policy's interceptor wraps the function for whatever class the hook has; tapable's own types cannot follow that.
      const untyped = hooks[hook] as Untyped<TapFunctions[Name]>;
      untyped.tap(options, tap);
    },
  });
}

/** What the policy finds on a tap besides tapable's own. */
interface LabelledTap {
  readonly name: string;
  readonly stage: number;
  readonly tapStage: TapStage;
  readonly deadlineMs: number | undefined;
}

interface Untyped<Tap> {
  tap(options: LabelledTap, tap: Tap): void;
}

interface ReadOptions {
  readonly name: string;
  readonly stage: TapStage;
  readonly deadlineMs: number | undefined;
}

function readOptions(hook: HookName, given: string | TapOptions): ReadOptions {
  const { name, stage = 'normal', deadlineMs } = typeof given === 'string' ? { name: given } : given;
  if (typeof name !== 'string' || name.trim() === '') {
    throw new TypeError(`${hook}.tap: expected a name, received ${JSON.stringify(name) ?? 'undefined'}`);
  }
  if (!Object.hasOwn(STAGES, stage)) {
    throw new TypeError(`${hook}.tap: expected stage early, normal or late, received "${stage}"`);
  }
  if (deadlineMs !== undefined && !isAsyncHook(hook)) {
    throw new TypeError(`${hook}.tap: deadlineMs has no meaning on a sync hook, received ${deadlineMs}`);
  }
  if (deadlineMs !== undefined && !(deadlineMs > 0 && Number.isFinite(deadlineMs))) {
    throw new TypeError(`${hook}.tap: expected deadlineMs above 0, received ${deadlineMs}`);
  }
  return { name: name.trim(), stage, deadlineMs };
}
