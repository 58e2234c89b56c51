import { assignedChecks } from './assigned-checks.ts';
import type { HealthMonitor } from './monitor.ts';
import type { HealthcheckContext } from './plugin-context.ts';

/** Lets the monitor follow the lives of services, and take part in their readiness. */
export function watchServices(context: HealthcheckContext, monitor: HealthMonitor): void {
  const { config, serviceConfig, hooks, supervisor, environment, log, emit, onInForce } = context;

  hooks.onSpawn.tap('begin', ({ service, startTime }) => monitor.spawned(service, startTime));
  hooks.onStateChange.tap('follow', ({ service, to }) => monitor.stateChanged(service, to));
  hooks.checkReady.tap('ready', ({ service, signal }) => monitor.awaitReady(service, signal));

  onInForce(() => {
    monitor.takeOver({
      supervisor,
      environment,
      log,
      emit,
      history: config.history,
      checksOf: (service) => assignedChecks(service.spec, { own: serviceConfig(service), shared: config.shared }),
    });
    for (const { name } of supervisor.plan.services) {
      supervisor.onNotify(name, (line) => void monitor.beat(name, namedIn(line)));
    }
  });
}

/** `heartbeat NAME` is for one check; every other line is for all that wait for one. */
function namedIn(line: string): string | undefined {
  return /^heartbeat\s+(\S+)\s*$/.exec(line)?.[1];
}
