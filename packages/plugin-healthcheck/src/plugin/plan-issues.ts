import { type ConfigIssue, type ConfigPath, didYouMean, type ServiceSpec, type Timeouts } from '@tappet/core';
import type { Check } from '../checks/index.ts';
import { lintProbe, type ProbeContext } from '../probes/index.ts';
import type { HealthcheckConfig } from './config.ts';
import type { HealthcheckContext } from './plugin-context.ts';
import { probeContext } from './probe-context.ts';

/** What checks are compared with. */
export interface PlanFacts {
  readonly services: readonly ServiceSpec[];
  readonly timeouts: Pick<Timeouts, 'globalShutdownMs'>;
  readonly config: HealthcheckConfig;
  /** Of the supervisor. */
  readonly environment: HealthcheckContext['environment'];
  /** As the schema gave them. */
  checksOf(spec: ServiceSpec): readonly Check[];
}

/** What is wrong with checks in view of the plan and of this machine: unknown services, programs that are not found, a drain that is too long. */
export function planIssues(facts: PlanFacts): ConfigIssue[] {
  const { services, config, environment, checksOf } = facts;
  // Copies of a service share their checks unless they name ${INSTANCE}.
  const own = new Map(services.toReversed().map((spec) => [checksOf(spec), spec] as const));
  const ownIssues = [...own].toReversed().flatMap(([checks, spec]) => issuesOf(spec, { checks, environment }));
  const shared = config.shared.flatMap(({ check, services: names }, index) => {
    const path = ['plugins', 'healthcheck', 'checks', index];
    const first = services.find(({ name, instance }) => names.includes(name) || names.includes(instance?.of ?? ''));
    return [
      ...unknownServices(names, services, [...path, 'services']),
      ...(first === undefined ? [] : machineIssues(check, { path, context: probeContext(first, environment) })),
    ];
  });
  return [...ownIssues, ...shared, ...drainIssues(facts)];
}

function issuesOf(
  spec: ServiceSpec,
  { checks, environment }: { checks: readonly Check[] } & Pick<PlanFacts, 'environment'>,
): readonly ConfigIssue[] {
  const path = ['services', spec.instance?.of ?? spec.name, 'healthcheck'];
  const isList = Array.isArray(spec.sections['healthcheck']);
  const context = probeContext(spec, environment);
  return checks.flatMap((check, index) => machineIssues(check, { path: isList ? [...path, index] : path, context }));
}

function machineIssues(
  { source }: Check,
  { path, context }: { path: ConfigPath; context: ProbeContext },
): ConfigIssue[] {
  return source.type === 'probe' ? lintProbe(source.probe, { path: [...path, source.probe.name], context }) : [];
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
