import type { OwnedSections } from '../../../../packages/core/src/plan/build.ts';
import type { Plan, ServiceSpec } from '../../../../packages/core/src/plan/plan.ts';

/** A service with every default. */
export function serviceSpec(name: string, extra: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name,
    type: 'simple',
    command: '/bin/app',
    args: [],
    enabled: true,
    required: false,
    dependsOn: [],
    user: undefined,
    group: undefined,
    umask: 0o022,
    cwd: '/',
    env: {},
    inheritEnv: [],
    preScript: undefined,
    posScript: undefined,
    logFile: undefined,
    restart: {
      policy: 'never',
      delayMs: 500,
      factor: 2,
      maxDelayMs: 30_000,
      jitter: 0.1,
      maxAttempts: 10,
      resetAfterMs: 30_000,
    },
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    killMode: 'group',
    startTimeoutMs: 60_000,
    startStableMs: 0,
    readyLog: undefined,
    notifyFd: undefined,
    successExitCodes: [0],
    pidFile: undefined,
    instance: undefined,
    durable: false,
    sections: {},
    ...extra,
  };
}

/** A plan of these services. */
export function planOf(services: readonly ServiceSpec[], extra: Partial<Plan> = {}): Plan {
  return {
    project: 'test',
    services,
    timeouts: { postScriptMs: 7000, serviceShutdownMs: 10_000, globalShutdownMs: 30_000, dependencyWaitMs: 300_000 },
    plugins: [],
    pluginConfig: {},
    source: { file: undefined, directory: '/' },
    ...extra,
  };
}

/** What plugins own of a plan, as if each of its services, or each group of copies, were a table of a file. */
export function ownedSections({ pluginConfig, services }: Plan): OwnedSections {
  const tables = [...new Set(services.map(({ name, instance }) => instance?.of ?? name))];
  return {
    pluginConfig,
    services: services.map(({ name, instance, sections }) => ({
      name,
      path: ['services', tables.indexOf(instance?.of ?? name)],
      sections,
    })),
  };
}
