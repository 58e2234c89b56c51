import type { Clock } from '../clock.ts';
import { asCore, asPlugin } from '../hooks/attribution.ts';
import { isPromiseLike } from '../hooks/promise-like.ts';
import type { Rests } from '../hooks/rests.ts';
import type { Logger } from '../log.ts';
import type { Plan } from '../plan/plan.ts';
import type { PluginSupervisor } from '../supervisor/api.ts';

export interface SupervisedOptions {
  readonly plugin: string;
  readonly supervisor: PluginSupervisor;
  plan(): Plan;
  readonly log: Logger;
  readonly clock: Clock;
  readonly rests: Rests;
}

/** The supervisor as one plugin sees it, and the end of that. */
export interface Supervised {
  readonly supervisor: PluginSupervisor;
  /** Ends all subscriptions; from now on the plugin can only look. */
  close(): void;
}

/**
 * Wraps the supervisor for one generation of one plugin: its intents carry its name, what its listeners throw is logged with it,
 * and its subscriptions end with it. A timer that a disposed plugin left behind can do nothing any more.
 */
export function supervise({ plugin, supervisor, plan, log, clock, rests }: SupervisedOptions): Supervised {
  const unsubscribes = new Set<() => void>();
  let isOpen = true;

  function subscribed(subscribe: () => () => void): () => void {
    if (!isOpen) return () => {};
    const unsubscribe = asCore(subscribe);
    const release = (): void => {
      if (unsubscribes.delete(release)) unsubscribe();
    };
    unsubscribes.add(release);
    return release;
  }

  function isolated<Args extends unknown[]>(
    what: string,
    listener: (...args: Args) => unknown,
  ): (...args: Args) => void {
    const complain = (error: unknown): void => {
      log.error({ plugin, err: error }, `a listener of plugin "${plugin}" for ${what} failed`);
    };
    return (...args) => {
      if (!isOpen || rests.leftMs(plugin) > 0) return;
      const startedMs = clock.nowMs();
      try {
        const result = asPlugin(plugin, () => listener(...args));
        if (isPromiseLike(result)) Promise.resolve(result).catch(complain);
      } catch (error) {
        complain(error);
      }
      const blockedMs = clock.nowMs() - startedMs;
      if (rests.held(plugin, blockedMs)) complain(heldError(blockedMs));
    };
  }

  const wrapped: PluginSupervisor = {
    get project() {
      return supervisor.project;
    },
    get plan() {
      return plan();
    },
    services: () => supervisor.services(),
    service: (name) => supervisor.service(name),
    async submit(service, intent) {
      if (!isOpen) return { outcome: 'refused', message: `this generation of plugin "${plugin}" is over` };
      return asCore(() => supervisor.submit(service, { ...intent, plugin }));
    },
    requestStop(reason, exitCode) {
      if (isOpen) asCore(() => supervisor.requestStop(reason, exitCode));
      else log.warn({ plugin }, `plugin "${plugin}" asked for a shutdown after its end: ${reason}`);
    },
    subscribe: (listener) => subscribed(() => supervisor.subscribe(isolated('events', listener))),
    status: () => supervisor.status(),
    serviceStatus: (name) => supervisor.serviceStatus(name),
    why: (name) => supervisor.why(name),
    tail: (service) => supervisor.tail(service),
    onOutput: (service, listener) =>
      subscribed(() => supervisor.onOutput(service, isolated(`the output of ${service}`, listener))),
    onNotify: (service, listener) =>
      subscribed(() => supervisor.onNotify(service, isolated(`notifications of ${service}`, listener))),
    async reload() {
      if (!isOpen) throw new Error(`cannot reload: this generation of plugin "${plugin}" is over`);
      return asCore(() => supervisor.reload());
    },
    call: (other, method, params, signal) => asCore(() => supervisor.call(other, method, params, signal)),
    plugins: () => supervisor.plugins(),
    releaseTap: (label) => asCore(() => supervisor.releaseTap(label)),
  };
  return {
    supervisor: Object.freeze(wrapped),
    close() {
      isOpen = false;
      for (const release of unsubscribes) release();
    },
  };
}

function heldError(blockedMs: number): Error {
  return new Error(`it held the event loop for ${Math.round(blockedMs)} ms and is not called for as long`);
}
