import type { Actor, Cause } from './cause.ts';

/** What can be wanted of a service. */
export type IntentAction = 'start' | 'stop' | 'restart' | 'signal';

/** A wish, never an act: the arbiter of the service decides whether, when and in which order it is carried out. */
export interface Intent {
  readonly action: IntentAction;
  readonly actor: Actor;
  readonly reason: string;
  readonly cause?: Cause | undefined;
  /** The plugin that speaks; filled in by the supervisor for intents of plugins. */
  readonly plugin?: string | undefined;
  /** For `signal`: which one. */
  readonly signal?: NodeJS.Signals | undefined;
}

/** What became of an intent. `done` comes after the effect: started means ready, stopped means gone. */
export type IntentResult =
  | { readonly outcome: 'done'; readonly message: string }
  | { readonly outcome: 'unchanged'; readonly message: string }
  | { readonly outcome: 'refused'; readonly message: string }
  | { readonly outcome: 'superseded'; readonly message: string }
  | { readonly outcome: 'failed'; readonly message: string };
