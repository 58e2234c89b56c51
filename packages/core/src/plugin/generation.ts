import type { Clock } from '../clock.ts';
import { ConfigError, PluginError, TappetError } from '../errors/base.ts';
import { asPlugin } from '../hooks/attribution.ts';
import type { CallTarget } from '../hooks/calls.ts';
import { createHooks, DEFAULT_DEADLINE_MS, type HookName, type Hooks } from '../hooks/hooks.ts';
import type { TapProblem } from '../hooks/isolated-tap.ts';
import { applyPolicy } from '../hooks/policy.ts';
import type { Rests } from '../hooks/rests.ts';
import type { TapTrace } from '../hooks/tap-trace.ts';
import type { Logger } from '../log.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan } from '../plan/plan.ts';
import type { PluginSupervisor } from '../supervisor/api.ts';
import type { Carry, CarryClaims } from './carry.ts';
import { withDeadline } from './deadline.ts';
import type { PluginEntry } from './entry.ts';
import { createInstance, type PluginInstance } from './instance.ts';
import type { Sections } from './sections.ts';
import { Shared } from './shared.ts';

/** Limit on one function that a plugin deferred. */
export const DISPOSE_DEADLINE_MS = 5000;

/** A step of a plugin's life outside the hooks. */
type StepName = 'setup' | 'onActivate' | 'onInForce' | 'dispose';

export interface GenerationOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly environment: Variables;
  readonly supervisor: PluginSupervisor;
  readonly carry: Carry;
  /** Plugins that held the event loop, of all generations. */
  readonly rests: Rests;
  readonly sections: Sections;
  /** How to give up each call under way, of all generations. */
  readonly waiting: Set<() => void>;
  report(problem: TapProblem): void;
  emit(plugin: string, name: string, data: Readonly<Record<string, unknown>>): void;
  /** Called with what goes wrong where nothing can fail any more. */
  complain(plugin: string, step: string, error: unknown): void;
}

/** One set of plugins with one set of hooks: set up together, in force together, disposed together. */
export class Generation implements CallTarget {
  readonly hooks: Hooks;
  readonly traces: readonly TapTrace[];
  readonly inFlight: Map<HookName, number> = new Map();
  readonly sections: Sections;
  readonly claims: CarryClaims;
  /** What its plugins see as the plan while it is not in force. */
  plan: Plan | undefined;
  onCallEnd: (() => void) | undefined;
  readonly #options: GenerationOptions;
  readonly #retirement = new AbortController();
  readonly #shared = new Shared();
  readonly #instances = new Map<string, PluginInstance>();
  #disposal: Promise<void> | undefined;

  constructor(options: GenerationOptions) {
    this.#options = options;
    this.hooks = createHooks();
    this.traces = applyPolicy(this.hooks, options);
    this.sections = options.sections;
    this.claims = options.carry.claims();
  }

  get retired(): AbortSignal {
    return this.#retirement.signal;
  }

  /** In order of setup. */
  get instances(): readonly PluginInstance[] {
    return [...this.#instances.values()];
  }

  instance(plugin: string): PluginInstance | undefined {
    return this.#instances.get(plugin);
  }

  /**
   * Sets the plugins up one after the other. Those that refuse the configuration do so together, in one ConfigError; any other
   * failure ends it at once. Call `dispose` when it rejects.
   */
  async setUp(entries: readonly PluginEntry[], plan: Plan): Promise<void> {
    this.plan = plan;
    const refusals: ConfigError[] = [];
    for (const entry of entries) {
      await this.#setUpOne(entry).catch((error: unknown) => {
        if (error instanceof ConfigError) refusals.push(error);
        // What fails after a refusal may fail because of it.
        else if (refusals.length === 0) throw error;
      });
    }
    const [first, ...others] = refusals;
    if (first === undefined) return;
    throw others.length === 0
      ? first
      : new ConfigError(
          refusals.flatMap(({ issues }) => issues),
          plan.source.file,
        );
  }

  async #setUpOne(entry: PluginEntry): Promise<void> {
    const { clock, log, environment, supervisor, rests, emit, complain } = this.#options;
    const plugin = entry.plugin.name;
    const instance = createInstance({
      entry,
      hooks: this.hooks,
      sections: this.sections,
      claims: this.claims,
      shared: this.#shared,
      clock,
      log,
      environment,
      supervisor,
      plan: () => this.plan ?? supervisor.plan,
      rests,
      emit: (name, data) => emit(plugin, name, data),
      disposeNow: (dispose) => {
        this.#bounded(plugin, 'dispose', dispose).catch((error: unknown) => complain(plugin, 'dispose', error));
      },
    });
    this.#instances.set(plugin, instance);
    const startedMs = clock.nowMs();
    await this.#mayFail(plugin, 'setup', () => entry.plugin.setup(instance.context));
    instance.setupMs = clock.nowMs() - startedMs;
  }

  /** Runs what was registered with `onActivate`. Rejects with the first failure. */
  async activate(): Promise<void> {
    for (const { entry, activations } of this.instances) {
      for (const activate of activations) await this.#mayFail(entry.plugin.name, 'onActivate', activate);
    }
  }

  /** Runs what was registered with `onInForce`. Never rejects. */
  async takeOver(): Promise<void> {
    for (const { entry, takeOvers } of this.instances) {
      for (const takeOver of takeOvers) await this.#mustNotFail(entry.plugin.name, 'onInForce', takeOver);
    }
  }

  /** From now on nothing of this plugin is called but what it deferred, and it can do nothing. */
  switchOff(instance: PluginInstance, reason: string): void {
    const { name } = instance.entry.plugin;
    instance.off = reason;
    instance.end();
    instance.disconnect();
    for (const trace of this.traces) if (trace.identity.plugin === name) trace.switchOff();
  }

  /** Tells calls that can be moved that this generation is not in force any more. */
  retire(): void {
    this.#retirement.abort();
  }

  /** Resolves when no call is under way any more, at most after `limitMs`; names the hooks that still were. */
  async drain(limitMs: number): Promise<readonly HookName[]> {
    if (this.inFlight.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.#options.clock.setTimer(limitMs, resolve);
        this.onCallEnd = () => {
          if (this.inFlight.size > 0) return;
          timer.cancel();
          resolve();
        };
      });
      this.onCallEnd = undefined;
    }
    return [...this.inFlight.keys()];
  }

  /** Runs what was deferred, last plugin and last registered first, each within its deadline. Never rejects. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#disposeAll();
    return this.#disposal;
  }

  async #disposeAll(): Promise<void> {
    this.retire();
    for (const instance of this.instances) instance.end();
    for (const instance of this.instances.toReversed()) await this.disposeOf(instance);
  }

  /** Runs what one plugin deferred, and cuts it off. Never rejects. */
  async disposeOf(instance: PluginInstance): Promise<void> {
    const { name } = instance.entry.plugin;
    for (const dispose of instance.takeDisposers()) await this.#mustNotFail(name, 'dispose', dispose);
    instance.disconnect();
  }

  async #mayFail(plugin: string, step: StepName, work: () => void | Promise<void>): Promise<void> {
    try {
      await this.#bounded(plugin, step, work);
    } catch (error) {
      throw stepError(plugin, step, error);
    }
  }

  async #mustNotFail(plugin: string, step: StepName, work: () => void | Promise<void>): Promise<void> {
    try {
      await this.#bounded(plugin, step, work);
    } catch (error) {
      this.#options.complain(plugin, step, error);
    }
  }

  #bounded(plugin: string, step: StepName, work: () => void | Promise<void>): Promise<void> {
    // Nothing goes on before these are over, so they do not get the time of a hook.
    const deadlineMs = step === 'dispose' || step === 'onInForce' ? DISPOSE_DEADLINE_MS : DEFAULT_DEADLINE_MS;
    return withDeadline({
      clock: this.#options.clock,
      deadlineMs,
      work: () => asPlugin(plugin, work),
      late: () =>
        new PluginError(`cannot wait for ${step} of plugin "${plugin}": it did not settle within ${deadlineMs} ms`, {
          code: 'ERR_PLUGIN_DEADLINE',
          plugin,
          hook: step,
        }),
    });
  }
}

/** A configuration that a plugin refuses is reported as such, with its places in the file. */
function stepError(plugin: string, step: StepName, error: unknown): Error {
  if (error instanceof ConfigError || (error instanceof PluginError && error.code === 'ERR_PLUGIN_DEADLINE'))
    return error;
  const verb = step === 'setup' ? 'set up' : 'activate';
  const reason = error instanceof Error ? error.message : String(error);
  return new PluginError(`cannot ${verb} plugin "${plugin}": ${reason}`, {
    code: 'ERR_PLUGIN_SETUP',
    plugin,
    hook: step,
    hint: error instanceof TappetError ? error.hint : undefined,
    cause: error,
  });
}
