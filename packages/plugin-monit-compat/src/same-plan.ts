import { createHash } from 'node:crypto';
import { carryState, type EngineState } from './engine/service-state.ts';
import type { MonitConfiguration, MonitService } from './model/configuration.ts';
import type { SessionPlan } from './session.ts';

/** Services whose statements are the same keep their counters; the others begin anew as after any reload. */
export function keepUnchanged(
  configuration: MonitConfiguration,
  { old, before }: { old: EngineState; before: MonitConfiguration },
): EngineState {
  const carried = new Map(carryState(configuration, old));
  for (const service of configuration.services) {
    const previous = before.byName.get(service.name);
    const state = old.get(service.name);
    if (state !== undefined && previous !== undefined && textOf(previous) === textOf(service))
      carried.set(service.name, state);
  }
  return carried;
}

/** Tells plans apart, whatever places in files they come from. */
export function fingerprintOf({ configuration, own, ...plan }: SessionPlan): string {
  const { settings, services } = configuration;
  // Piece by piece: the text of hundreds of services at once would be megabytes.
  const hash = createHash('sha1').update(textOf([settings, [...own], plan]));
  for (const service of services) hash.update(textOf(service));
  return hash.digest('base64');
}

/** As text without the places in files: a comment that moved a rule changes nothing. */
function textOf(value: MonitService | readonly unknown[]): string {
  return JSON.stringify(value, (key, inner: unknown) => (key === 'at' ? undefined : inner));
}
