import type { ServiceSpec } from '../plan/plan.ts';

/** The spec of an in-process component: what the state machine needs, nothing of a process. */
export function componentSpec(name: string, dependsOn: readonly string[]): ServiceSpec {
  return Object.freeze({
    name,
    type: 'simple',
    command: '',
    args: [],
    enabled: true,
    required: true,
    dependsOn: dependsOn.map((service) => ({ service, condition: 'default' as const, waitAfterMs: 0 })),
    user: undefined,
    group: undefined,
    umask: 0o022,
    cwd: process.cwd(),
    env: {},
    inheritEnv: true,
    preScript: undefined,
    posScript: undefined,
    logFile: undefined,
    restart: NEVER,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 0,
    killMode: 'process',
    startTimeoutMs: 0,
    startStableMs: 0,
    readyLog: undefined,
    notifyFd: undefined,
    successExitCodes: [0],
    pidFile: undefined,
    instance: undefined,
    durable: false,
    sections: {},
  } satisfies ServiceSpec);
}

const NEVER: ServiceSpec['restart'] = Object.freeze({
  policy: 'never',
  delayMs: 0,
  factor: 1,
  maxDelayMs: 0,
  jitter: 0,
  maxAttempts: 0,
  resetAfterMs: 0,
});
