import { type ConfigIssue, type ConfigPath, didYouMean, type ServiceSpec, type Timeouts } from '@tappet/core';
import type { Check } from '../checks/index.ts';
import { lintProbe } from '../probes/index.ts';
import type { HealthcheckConfig } from './config.ts';
import { probeContext } from './probe-context.ts';

/** What checks are compared with. */
export interface PlanFacts {
  readonly services: readonly ServiceSpec[];
  readonly timeouts: Pick<Timeouts, 'globalShutdownMs'>;
  readonly config: HealthcheckConfig;
  ownChecks(spec: ServiceSpec): readonly Check[];
}

/** What is wrong with checks in view of the plan and of this machine: unknown services, programs that are not found, a drain that is too long. */
export function planIssues(facts: PlanFacts): ConfigIssue[] {
  const { services, config, ownChecks } = facts;
  const own = services
    .filter(({ instance }) => instance === undefined || instance.index === 1)
    .flatMap((spec) => ownChecks(spec).flatMap((check, index) => machineIssues(spec, check, ownPath(spec, index))));
  const shared = config.shared.flatMap(({ check, services: names }, index) => {
    const path = ['plugins', 'healthcheck', 'checks', index];
    const first = services.find(({ name, instance }) => names.includes(name) || names.includes(instance?.of ?? ''));
    return [
      ...unknownServices(names, services, [...path, 'services']),
      ...(first === undefined ? [] : machineIssues(first, check, path)),
    ];
  });
  return [...own, ...shared, ...drainIssues(facts)];
}

function machineIssues(spec: ServiceSpec, { source }: Check, path: ConfigPath): ConfigIssue[] {
  if (source.type !== 'probe') return [];
  return lintProbe(source.probe, { path: [...path, source.probe.name], context: probeContext(spec) });
}

/** Where a check stands: in a list, or as the only table. Services are named, the core counts them. */
function ownPath({ name, instance, sections }: ServiceSpec, index: number): ConfigPath {
  const path = ['services', instance?.of ?? name, 'healthcheck'];
  return Array.isArray(sections['healthcheck']) ? [...path, index] : path;
}

function unknownServices(names: readonly string[], services: readonly ServiceSpec[], path: ConfigPath): ConfigIssue[] {
  const known = new Set(
    services.flatMap(({ name, instance }) => (instance === undefined ? name : [name, instance.of])),
  );
  return names
    .filter((name) => !known.has(name))
    .map((name) => ({
      code: 'ERR_CONFIG_UNKNOWN_SERVICE',
      message: `cannot check "${name}": there is no service of this name`,
      path: [...path, names.indexOf(name)],
      hint: didYouMean(name, known),
    }));
}

function drainIssues({ config, timeouts }: PlanFacts): ConfigIssue[] {
  const path = ['plugins', 'healthcheck', 'drain'];
  const { drainMs, listen } = config;
  if (drainMs > 0 && listen === undefined) {
    const message = 'cannot drain: nobody can see it without a health endpoint';
    return [{ code: 'ERR_CONFIG_TYPE', message, path, hint: 'set "listen" too' }];
  }
  if (drainMs < timeouts.globalShutdownMs) return [];
  const limit = `the whole shutdown has ${timeouts.globalShutdownMs / 1000}s`;
  const hint = 'make it shorter, or timeouts.global_shutdown_timeout longer';
  return [{ code: 'ERR_CONFIG_TYPE', message: `cannot drain for ${drainMs / 1000}s: ${limit}`, path, hint }];
}
