import type { PlanDiff } from '../plan/diff.ts';
import type { ServiceSpec } from '../plan/plan.ts';
import type { Background } from './background.ts';
import type { Fleet } from './fleet.ts';

/** Brings the fleet from one plan to the next: only what differs is touched, and everything that takes time goes on by itself. */
export function applyDiff(fleet: Fleet, diff: PlanDiff, background: Background): void {
  for (const { name } of diff.removed) background.add(fleet.remove(name));
  for (const { from, to } of diff.updated) update(fleet, { from, to, background });
  for (const { to } of diff.restarted) replace(fleet, { to, background });
  for (const spec of diff.added) background.add(fleet.join(spec));
}

/** Takes effect without a new process, except that a service may now be enabled or not. */
function update(fleet: Fleet, change: { from: ServiceSpec; to: ServiceSpec; background: Background }): void {
  const { from, to, background } = change;
  const service = fleet.services.get(to.name);
  if (service === undefined) return;
  service.spec = to;
  if (from.enabled === to.enabled) return;
  const action = to.enabled ? 'start' : 'stop';
  const reason = to.enabled ? 'it was enabled in the configuration' : 'it was disabled in the configuration';
  background.add(service.submit({ action, actor: 'reload', reason }));
}

/** A user's stop holds: such a service keeps its new spec for the next start. */
function replace(fleet: Fleet, change: { to: ServiceSpec; background: Background }): void {
  const { to, background } = change;
  const service = fleet.services.get(to.name);
  if (service === undefined) return;
  service.spec = to;
  const action = to.enabled ? 'restart' : 'stop';
  background.add(service.submit({ action, actor: 'reload', reason: 'its configuration changed' }));
}
