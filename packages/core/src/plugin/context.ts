import type { Clock } from '../clock.ts';
import type { ServiceView } from '../hooks/events.ts';
import type { HookName, TapFunctions } from '../hooks/hooks.ts';
import type { Logger } from '../log.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { PluginSupervisor } from '../supervisor/api.ts';

/** Where within a hook a tap runs: all early ones, then normal, then late; within a stage in the order of the hook's table. */
export type TapStage = 'early' | 'normal' | 'late';

/** How a tap is registered when its name alone is not enough. */
export interface TapOptions {
  /** Shown as `plugin:name` in traces and errors. */
  readonly name: string;
  /** Default `normal`. */
  readonly stage?: TapStage;
  /** Limit on one call in milliseconds; the hook's default when absent. Async hooks only. */
  readonly deadlineMs?: number;
}

/** One hook as a plugin sees it. */
export interface ScopedHook<Name extends HookName> {
  tap(options: string | TapOptions, tap: TapFunctions[Name]): void;
}

/**
 * All hooks as a plugin sees them. A name that is no hook throws a TypeError with the nearest one; `'name' in hooks` tells whether
 * this core has a hook.
 */
export type ScopedHooks = { readonly [Name in HookName]: ScopedHook<Name> };

/** Names a value that one plugin shares with others. Compared by `id`, so two copies of a package meet. */
export interface Token<T> {
  /** Reverse-domain or package-like, such as `example.com/budget`. */
  readonly id: string;
  /** Never set: carries the type. */
  readonly type?: T;
}

/** A method of a plugin that the control API and the CLI can call. Parameters and result are plain JSON values. */
export type ExposedMethod = (params: Readonly<Record<string, unknown>>, signal: AbortSignal) => unknown;

/** Everything a plugin gets. Nothing in it is an object of the engine. */
export interface PluginContext<Config = unknown, ServiceConfig = unknown> {
  /** `[plugins.<name>]` after its schema. */
  readonly config: Config;
  /** `[services.<name>]` of a service after its schema. Throws a TypeError for a service that is not in the plan. */
  serviceConfig(service: { readonly name: string }): ServiceConfig;
  /** The value of one of `serviceKeys` of a service after its schema, undefined when the key is absent. */
  serviceKey(service: { readonly name: string }, key: string): unknown;
  readonly hooks: ScopedHooks;
  readonly log: Logger;
  readonly clock: Clock;
  /**
   * The environment that the supervisor goes by, for `${VAR}` and for what services and programs inherit. In the daemon that of its
   * process; a program that embeds a supervisor may give it another, so look here and never at `process.env`. Frozen.
   */
  readonly environment: Variables;
  /**
   * Runs when this generation is disposed, last registered first, each within 5 s. Registered after that it runs at once,
   * so that a setup that came too late leaves nothing behind.
   */
  defer(dispose: () => void | Promise<void>): void;
  /**
   * Runs before this generation comes into force, in the order of setup. Open sockets and files here: it may fail. A throw at
   * start ends the start; at reload it is the reason why the old generation stays.
   *
   * At a reload the old generation still holds what it opened. So what can exist only once (a port, a lock) is opened through
   * {@link carry}, which gives the new generation what the old one has, and is handed over in {@link onInForce}.
   */
  onActivate(activate: () => void | Promise<void>): void;
  /**
   * Runs right after this generation came into force, before the old one is disposed: the moment to take over what is carried.
   * Too late to fail: a throw is reported and changes nothing.
   *
   * ```ts
   * const server = carry(`server:${config.port}`, () => new Server(), (server) => server.close());
   * onActivate(() => server.listen(config.port)); // does nothing when it listens already
   * onInForce(() => { server.routes = routes; }); // requests go to the old generation until here
   * ```
   */
  onInForce(takeOver: () => void | Promise<void>): void;
  /**
   * A value that survives reloads of this plugin: `init` runs only when no earlier generation carries `key`. It lives for as long
   * as each generation asks for it again in `setup` or `onActivate`: what the generation in force did not ask for, and everything
   * once the plugin or the supervisor goes, is given to `dispose`, after the `defer`red functions of the old generation. Put into
   * the key what the value depends on (a port), so that a change of configuration makes a new value. When a reload fails, values
   * it created are disposed and those it found stay.
   */
  carry<T>(key: string, init: () => T, dispose?: (value: T) => void | Promise<void>): T;
  /** Shares a value with plugins set up later. */
  provide<T>(token: Token<T>, value: T): void;
  /** A value that an earlier plugin shares, undefined when none does. */
  use<T>(token: Token<T>): T | undefined;
  /** Offers a method to the control API under `<plugin>/<method>`. */
  expose(method: string, handler: ExposedMethod): void;
  /**
   * Adds fields to what `status` shows of a service, under the plugin's name. Return undefined for nothing. Three names hold lists of
   * lines that are shown with the supervisor's own: `waitingFor` (status, why), `notes` (status, why) and `results` (why).
   */
  describe(describe: (service: ServiceView) => Readonly<Record<string, unknown>> | undefined): void;
  /** Emits an event of its own; the name has the form `example.com/name`. */
  emit(name: string, data: Readonly<Record<string, unknown>>): void;
  readonly supervisor: PluginSupervisor;
}

/** A token for {@link PluginContext.provide} and {@link PluginContext.use}. */
export function createToken<T>(id: string): Token<T> {
  return Object.freeze({ id });
}
