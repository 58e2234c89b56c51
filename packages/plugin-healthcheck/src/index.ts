import { definePlugin, type Plugin } from '@tappet/core';
import type { Check } from './checks/index.ts';
import { configSchema, type HealthcheckConfig } from './plugin/config.ts';
import { exposeMethods } from './plugin/methods.ts';
import { HealthMonitor } from './plugin/monitor.ts';
import { serveHealth } from './plugin/serve-health.ts';
import { serviceSchema } from './plugin/service-schema.ts';
import { statusFields } from './plugin/status-fields.ts';
import { watchServices } from './plugin/watch-services.ts';
import { withPlan } from './plugin/with-plan.ts';

export type { Check, CheckKind, CheckSource, CheckStatus, FailureAction } from './checks/index.ts';
export type { HealthcheckConfig, SharedCheck } from './plugin/config.ts';
export { eventName, type HealthEvent } from './plugin/events.ts';
export type { CheckReport, HealthReport, ResultReport, ServiceHealth } from './health-report.ts';

/**
 * Checks services: decides when they are ready, restarts those that are not live, puts failures down to the service that
 * causes them, and tells load balancers.
 */
const healthcheck: Plugin<HealthcheckConfig, readonly Check[]> = definePlugin({
  name: 'healthcheck',
  configSchema,
  serviceSchema,
  variables: { exec: 'words', 'exec.command': 'words' },
  setup(context) {
    const { carry, clock, describe, supervisor } = context;
    const monitor = carry(
      'monitor',
      () => new HealthMonitor(clock),
      (one) => one.close(),
    );
    withPlan(context);
    watchServices(context, monitor);
    serveHealth(context, monitor);
    exposeMethods(context, monitor);
    describe((service) => statusFields(service, { monitor, supervisor }));
  },
});

export default healthcheck;
