import { TappetError } from '../errors/base.ts';
import type { Plan } from '../plan/plan.ts';
import { VERSION } from '../version.ts';
import type { PluginSupervisor } from './api.ts';
import type { SupervisorOptions } from './options.ts';
import { unknownService } from './unknown-service.ts';

/**
 * What plugins see while a configuration is checked: a supervisor before its start, without services, that does nothing whatever
 * they ask for.
 */
export function rehearsalSupervisor({
  plan,
  directory,
}: {
  readonly plan: Plan;
  readonly directory: SupervisorOptions['directory'];
}): PluginSupervisor {
  const { project, source } = plan;
  const refused = { outcome: 'refused', message: 'the configuration is only checked' } as const;
  return {
    project,
    plan,
    services: () => [],
    service: () => undefined,
    submit: async () => refused,
    requestStop() {},
    subscribe: () => () => {},
    status: () => ({
      project,
      pid: process.pid,
      version: VERSION,
      startedAt: new Date().toISOString(),
      uptimeMs: 0,
      phase: 'starting',
      configFile: source.file ?? null,
      directory: (typeof directory === 'function' ? directory(project) : directory) ?? null,
      notes: [],
      services: [],
    }),
    serviceStatus: () => undefined,
    why: () => undefined,
    tail(name) {
      throw unknownService(name, []);
    },
    onOutput(name) {
      throw unknownService(name, []);
    },
    onNotify: () => () => {},
    async reload() {
      throw new TappetError(`cannot reload: ${refused.message}`, { code: 'ERR_RELOAD_FAILED' });
    },
    async call(plugin, method) {
      throw new TappetError(`cannot call "${plugin}/${method}": ${refused.message}`, { code: 'ERR_PLUGIN_CALL' });
    },
    plugins: () => [],
    releaseTap: () => false,
  };
}
