import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Whose code runs. Timers, sockets and promises keep it, so that what one of them throws much later is known to be a plugin's:
 * https://nodejs.org/api/async_context.html
 */
const running = new AsyncLocalStorage<string | undefined>();

/** Runs code of a plugin: whatever comes of it later is known to be the plugin's. */
export function asPlugin<T>(plugin: string, work: () => T): T {
  return running.run(plugin, work);
}

/** Runs what a plugin asked the core to do: what comes of that is not the plugin's. */
export function asCore<T>(work: () => T): T {
  return running.getStore() === undefined ? work() : running.run(undefined, work);
}

/** The plugin whose code runs, or was running when the timer, socket or promise at hand was made. */
export function runningPlugin(): string | undefined {
  return running.getStore();
}
