import type { ServiceSpec } from '@tappet/core';
import type { Check } from '../checks/index.ts';
import { uniqueName } from '../settings-defaults.ts';
import type { SharedCheck } from './config.ts';

/** Everything that is checked about a service: its own checks, then those of the supervisor that name it. */
export function assignedChecks(
  spec: Pick<ServiceSpec, 'name' | 'instance'>,
  { own, shared }: { own: readonly Check[]; shared: readonly SharedCheck[] },
): readonly Check[] {
  const named = shared.filter(({ services }) => services.includes(spec.name) || isCopyOf(spec, services));
  return named.length === 0 ? own : [...own, ...named.map(({ check }) => check)].map(uniqueName);
}

function isCopyOf({ instance }: Pick<ServiceSpec, 'instance'>, names: readonly string[]): boolean {
  return instance !== undefined && names.includes(instance.of);
}
