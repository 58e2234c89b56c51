import type { Clock } from '../clock.ts';
import type { ServiceView } from '../hooks/events.ts';
import { asCore } from '../hooks/attribution.ts';
import type { Hooks } from '../hooks/hooks.ts';
import type { Rests } from '../hooks/rests.ts';
import { scopeHooks } from '../hooks/scope.ts';
import type { Logger } from '../log.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan } from '../plan/plan.ts';
import type { PluginSupervisor } from '../supervisor/api.ts';
import type { CarryClaims } from './carry.ts';
import type { ExposedMethod, PluginContext } from './context.ts';
import type { PluginEntry } from './entry.ts';
import type { Sections } from './sections.ts';
import type { Shared } from './shared.ts';
import { supervise } from './supervised.ts';

/** Names of own events: a domain, a slash, a name. */
const EVENT_NAME = /^[a-z0-9-]+(\.[a-z0-9-]+)+\/[a-z0-9][a-z0-9._-]*$/i;
const METHOD_NAME = /^[a-z0-9][a-z0-9._/-]*$/i;

type Step = () => void | Promise<void>;
type Describe = (service: ServiceView) => Readonly<Record<string, unknown>> | undefined;

/** What an instance shares with the others of its generation. */
export interface InstanceOptions {
  readonly entry: PluginEntry;
  readonly hooks: Hooks;
  readonly sections: Sections;
  readonly claims: CarryClaims;
  readonly shared: Shared;
  readonly clock: Clock;
  readonly log: Logger;
  readonly environment: Variables;
  readonly supervisor: PluginSupervisor;
  /** The plan of this generation until it is in force, then the supervisor's. */
  plan(): Plan;
  readonly rests: Rests;
  emit(name: string, data: Readonly<Record<string, unknown>>): void;
  /** Disposes something that came after the end. */
  disposeNow(dispose: Step): void;
}

/** One plugin in one generation: its context, and everything it registered through it. */
export interface PluginInstance {
  readonly entry: PluginEntry;
  readonly context: PluginContext;
  readonly methods: ReadonlyMap<string, ExposedMethod>;
  readonly describers: readonly Describe[];
  readonly activations: readonly Step[];
  readonly takeOvers: readonly Step[];
  setupMs: number;
  /** Why it was switched off, undefined while it is at work. */
  off: string | undefined;
  /** What was deferred, last registered first. Each is given out once. */
  takeDisposers(): readonly Step[];
  /** No more taps, and what is deferred from now on runs at once. */
  end(): void;
  /** Cuts it off from the supervisor. */
  disconnect(): void;
}

/** A plugin's context, before its setup ran. */
export function createInstance(options: InstanceOptions): PluginInstance {
  const { entry, hooks, sections, claims, shared, clock } = options;
  const plugin = entry.plugin.name;
  const log = options.log.child({ plugin });
  const supervised = supervise({ ...options, plugin, log });
  const methods = new Map<string, ExposedMethod>();
  const describers: Describe[] = [];
  const activations: Step[] = [];
  const takeOvers: Step[] = [];
  const disposers: Step[] = [];
  let isOpen = true;

  const context: PluginContext = {
    config: sections.config(plugin),
    serviceConfig: (service) => sections.of(plugin, service).table,
    serviceKey: (service, key) => sections.of(plugin, service).keys.get(key),
    hooks: scopeHooks({ plugin, hooks, isOpen: () => isOpen }),
    log,
    clock,
    environment: options.environment,
    defer(dispose) {
      requireFunction('defer', dispose);
      if (isOpen) disposers.push(dispose);
      else options.disposeNow(dispose);
    },
    onActivate(activate) {
      requireFunction('onActivate', activate);
      activations.push(activate);
    },
    onInForce(takeOver) {
      requireFunction('onInForce', takeOver);
      takeOvers.push(takeOver);
    },
    carry<T>(key: string, init: () => T, dispose?: (value: T) => void | Promise<void>): T {
      requireFunction('carry', init);
      if (!isOpen) throw new Error(`cannot carry "${key}": this generation of plugin "${plugin}" is over`);
      return claims.take(plugin, key, { init, dispose });
    },
    provide: (token, value) => shared.provide(plugin, token, value),
    use: (token) => shared.use(token),
    expose(method, handler) {
      requireFunction('expose', handler);
      if (!METHOD_NAME.test(method))
        throw new TypeError(`expose: "${method}" is no method name, expected letters, digits and "-"`);
      if (methods.has(method)) throw new TypeError(`expose: "${plugin}/${method}" is offered twice`);
      methods.set(method, handler);
    },
    describe(describe) {
      requireFunction('describe', describe);
      describers.push(describe);
    },
    emit(name, data) {
      if (typeof name !== 'string' || !EVENT_NAME.test(name)) {
        throw new TypeError(`emit: expected a name such as "example.com/${plugin}-done", received "${name}"`);
      }
      if (isOpen) asCore(() => options.emit(name, data));
    },
    supervisor: supervised.supervisor,
  };

  return {
    entry,
    context: Object.freeze(context),
    methods,
    describers,
    activations,
    takeOvers,
    setupMs: 0,
    off: undefined,
    takeDisposers: () => disposers.splice(0).toReversed(),
    end() {
      isOpen = false;
    },
    disconnect: () => supervised.close(),
  };
}

function requireFunction(where: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${where}: expected a function, received ${typeof value}`);
}
