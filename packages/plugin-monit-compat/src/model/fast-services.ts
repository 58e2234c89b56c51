import { type ConfigIssue, didYouMean } from '@tappet/core';
import { findService, type MonitConfiguration, type MonitService } from './configuration.ts';

/** Names of process services, or `true` for all of them. */
export type FastServices = boolean | readonly string[];

/** The configuration with the rules of the named services marked `fast`, for which the language has no word. */
export function markFast(configuration: MonitConfiguration, names: FastServices): MonitConfiguration {
  if (names === false) return configuration;
  const wanted = new Set(names === true ? [] : names.map((name) => findService(configuration, name)?.name));
  const services = configuration.services.map((service) =>
    isCandidate(service) && (names === true || wanted.has(service.name)) ? fastService(service) : service,
  );
  return { ...configuration, services, byName: new Map(services.map((service) => [service.name, service])) };
}

// The table of a service of ours has a `fast` of its own.
function isCandidate({ type, supervised }: MonitService): boolean {
  return type === 'process' && supervised !== 'inline';
}

function fastService(service: MonitService): MonitService {
  return { ...service, fast: true, rules: service.rules.map((rule) => ({ ...rule, fast: true })) };
}

/** What is wrong with the names. */
export function fastIssues(configuration: MonitConfiguration, names: FastServices): ConfigIssue[] {
  if (typeof names === 'boolean') return [];
  return names.flatMap((name, index): ConfigIssue[] => {
    const service = findService(configuration, name);
    if (service?.type === 'process') return [];
    const candidates = configuration.services.filter(({ type }) => type === 'process').map((known) => known.name);
    return [
      {
        code: service === undefined ? 'ERR_CONFIG_UNKNOWN_SERVICE' : 'ERR_CONFIG_TYPE',
        message: `cannot make "${name}" fast: ${service === undefined ? 'the control files check nothing of that name' : `it is a ${service.type}, and only processes can be`}`,
        path: ['plugins', 'monit-compat', 'fast', index],
        hint: didYouMean(name, candidates),
        severity: 'error',
      },
    ];
  });
}
