export type * from './events.ts';
export {
  createHooks,
  DEFAULT_DEADLINE_MS,
  HOOKS,
  type HookDefinition,
  type HookKind,
  type HookName,
  type Hooks,
  type TapFunctions,
} from './hooks.ts';
export type { Lifecycle } from './lifecycle.ts';
