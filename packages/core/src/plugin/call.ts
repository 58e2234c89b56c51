import { PluginError, TappetError } from '../errors/base.ts';
import { didYouMean } from '../errors/nearest.ts';
import { asPlugin } from '../hooks/attribution.ts';
import type { Generation } from './generation.ts';

/** A call of what a plugin exposed. */
export interface PluginCall {
  readonly plugin: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/**
 * Calls an exposed method; names are looked up in maps, so nothing inherited can be reached. Rejects with a PluginError
 * (ERR_PLUGIN_CALL) when there is none, when it throws, or as soon as the signal aborts.
 */
export async function callExposed(generation: Generation, call: PluginCall): Promise<unknown> {
  const { plugin, method, params, signal } = call;
  const instance = generation.instance(plugin);
  if (instance === undefined) {
    const names = generation.instances.map(({ entry }) => entry.plugin.name);
    throw callError(call, 'this plugin is not loaded', didYouMean(plugin, names));
  }
  if (instance.off !== undefined) throw callError(call, `the plugin is switched off: ${instance.off}`);
  const handler = instance.methods.get(method);
  if (handler === undefined) {
    throw callError(call, 'the plugin does not offer this', didYouMean(method, instance.methods.keys()));
  }
  try {
    signal.throwIfAborted();
    return await untilAborted(signal, () => asPlugin(plugin, () => handler(params, signal)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw callError(call, reason, error instanceof TappetError ? error.hint : undefined, error);
  }
}

function untilAborted(signal: AbortSignal, work: () => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    new Promise((settle) => {
      settle(work());
    })
      .finally(() => signal.removeEventListener('abort', abort))
      .then(resolve, reject);
  });
}

function callError({ plugin, method }: PluginCall, reason: string, hint?: string, cause?: unknown): PluginError {
  return new PluginError(`cannot call "${plugin}/${method}": ${reason}`, {
    code: 'ERR_PLUGIN_CALL',
    plugin,
    hint,
    cause,
  });
}
