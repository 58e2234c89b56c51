import type { ServiceView } from '../hooks/events.ts';
import { isPromiseLike } from '../hooks/promise-like.ts';
import type { Generation } from './generation.ts';
import type { PluginInstance } from './instance.ts';

/** Describers that have failed: status is asked for often, one complaint each is enough. */
const failed = new WeakSet<object>();

/** What plugins add to the status of a service, by plugin name. A throw is reported once and leaves that plugin out. */
export function describeService(
  generation: Generation,
  service: ServiceView,
  complain: (plugin: string, step: string, error: unknown) => void,
): Readonly<Record<string, unknown>> {
  const entries = generation.instances.flatMap((instance) => {
    const fields = describeWith(instance, service, complain);
    return fields === undefined ? [] : [[instance.entry.plugin.name, fields] as const];
  });
  return Object.fromEntries(entries);
}

function describeWith(
  { entry, describers }: PluginInstance,
  service: ServiceView,
  complain: (plugin: string, step: string, error: unknown) => void,
): Readonly<Record<string, unknown>> | undefined {
  let fields: Record<string, unknown> | undefined;
  for (const describe of describers) {
    try {
      const more: unknown = describe(service);
      if (isPromiseLike(more)) {
        Promise.resolve(more).catch(() => {});
        throw new TypeError('it returned a promise, but a status is asked for and given at once');
      }
      if (more !== undefined) fields = { ...fields, ...(more as Readonly<Record<string, unknown>>) };
    } catch (error) {
      if (failed.has(describe)) continue;
      failed.add(describe);
      complain(entry.plugin.name, 'describe', error);
    }
  }
  return fields;
}
