import type { Clock } from '../clock.ts';
import type { ServiceView } from '../hooks/events.ts';
import { asPlugin } from '../hooks/attribution.ts';
import { isPromiseLike } from '../hooks/promise-like.ts';
import type { Rests } from '../hooks/rests.ts';
import type { Generation } from './generation.ts';
import type { PluginInstance } from './instance.ts';

/** Describers that have failed: status is asked for often, one complaint each is enough. */
const failed = new WeakSet<object>();

/** Describers that have held the event loop: whoever asks for the status would wait for them each time, so they are left out. */
const blocking = new WeakSet<object>();

export interface DescribeOptions {
  readonly service: ServiceView;
  readonly clock: Clock;
  readonly rests: Rests;
  complain(plugin: string, step: string, error: unknown): void;
}

/** What plugins add to the status of a service, by plugin name. A throw is reported once and leaves that plugin out. */
export function describeService(generation: Generation, options: DescribeOptions): Readonly<Record<string, unknown>> {
  const entries = generation.instances.flatMap((instance) => {
    const fields = describeWith(instance, options);
    return fields === undefined ? [] : [[instance.entry.plugin.name, fields] as const];
  });
  return Object.fromEntries(entries);
}

function describeWith(
  { entry, describers, off }: PluginInstance,
  { service, clock, rests, complain }: DescribeOptions,
): Readonly<Record<string, unknown>> | undefined {
  const { name } = entry.plugin;
  if (off !== undefined) return undefined;
  let fields: Record<string, unknown> | undefined;
  for (const describe of describers) {
    if (blocking.has(describe) || rests.leftMs(name) > 0) continue;
    const startedMs = clock.nowMs();
    try {
      const more: unknown = asPlugin(name, () => describe(service));
      if (isPromiseLike(more)) {
        Promise.resolve(more).catch(() => {});
        throw new TypeError('it returned a promise, but a status is asked for and given at once');
      }
      if (more !== undefined) fields = { ...fields, ...(more as Readonly<Record<string, unknown>>) };
    } catch (error) {
      if (!failed.has(describe)) complain(name, 'describe', error);
      failed.add(describe);
    }
    const blockedMs = clock.nowMs() - startedMs;
    if (rests.held(name, blockedMs)) {
      blocking.add(describe);
      complain(
        name,
        'describe',
        new Error(`it held the event loop for ${Math.round(blockedMs)} ms, it is not asked again`),
      );
    }
  }
  return fields;
}
