import { definePlugin } from '@tappet/core';
import { Failures } from './failures.ts';
import { configSchema, type Report, serviceSchema } from './schema.ts';

/** Leaves a service down that failed more often than an hour allows, whatever its restart policy says. */
export default definePlugin({
  name: 'my-thing',
  configSchema,
  serviceSchema,
  setup({ config, serviceConfig, hooks, clock, carry, describe, expose, supervisor }) {
    // Carried: a reload sets everything up anew, and what was counted stays counted.
    const failures = carry('failures', () => new Failures(clock));

    const limitOf = (service: { readonly name: string }): number =>
      serviceConfig(service).failures_per_hour ?? config.failures_per_hour;

    // The first opinion wins over the restart policy; nothing returned is no opinion.
    hooks.decideRestart.tap('limit', ({ service, exit }) => {
      if (!exit.failure) return;
      failures.add(service.name);
      const limit = limitOf(service);
      if (failures.count(service.name) <= limit) return;
      return { restart: false, reason: `failed more than ${limit} times within an hour` };
    });

    // In "tappet status --json" below plugins, and for "tappet my-thing".
    describe((service) => ({ failures: failures.count(service.name) }));
    expose('report', (): Report =>
      supervisor.services().map((service) => ({
        service: service.name,
        failures: failures.count(service.name),
        limit: limitOf(service),
      })),
    );
  },
});
