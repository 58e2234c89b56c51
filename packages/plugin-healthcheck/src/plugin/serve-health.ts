import { sleep } from '@tappet/core';
import { HealthServer } from '../endpoint/server.ts';
import { formatAddress } from '../probes/options/address.ts';
import type { HealthMonitor } from './monitor.ts';
import type { HealthcheckContext } from './plugin-context.ts';
import { healthOfNamed, healthReport } from './report.ts';

/** Opens the health endpoint where one is configured, and gives those who watch it time to see what is about to stop. */
export function serveHealth(context: HealthcheckContext, monitor: HealthMonitor): void {
  const { config, supervisor, hooks, carry, onActivate, onInForce, log } = context;
  hooks.onShutdown.tap({ name: 'drain', deadlineMs: deadlineMs(config.drainMs) }, ({ signal }) => {
    monitor.drain();
    return pause(context, signal);
  });
  if (config.listen === undefined) return;

  const { listen } = config;
  const server = carry(
    `endpoint ${formatAddress(listen)}`,
    () => new HealthServer(listen, log),
    (one) => one.close(),
  );
  onActivate(() => server.listen());
  onInForce(() => {
    const source = { monitor, supervisor };
    server.source = { report: () => healthReport(source), named: (name) => healthOfNamed(name, source) };
  });
  hooks.beforeStop.tap({ name: 'drain', deadlineMs: deadlineMs(config.drainMs) }, ({ service, cause, signal }) => {
    // In a shutdown everything was drained at once; what a probe stops answers nobody anyhow.
    if (cause.actor === 'shutdown' || cause.actor === 'probe' || !monitor.isInUse(service.name)) return;
    return pause(context, signal);
  });
}

async function pause({ clock, config, log }: HealthcheckContext, signal: AbortSignal): Promise<void> {
  if (config.drainMs === 0) return;
  log.debug(`draining for ${config.drainMs / 1000}s`);
  await sleep(clock, config.drainMs, signal).catch(() => {});
}

/** A drain takes its time by intent, and the core calls a tap slow that takes half of its deadline. */
function deadlineMs(drainMs: number): number {
  return 2 * drainMs + 5000;
}
