import type { Logger, PluginSupervisor, ServiceView } from '@tappet/core';
import type { Check } from '../checks/index.ts';
import type { HealthcheckContext } from './plugin-context.ts';

/** What one generation of the plugin gives the monitor to work with. */
export interface MonitorPorts {
  readonly supervisor: PluginSupervisor;
  readonly log: Logger;
  /** Of the supervisor; services inherit of it. */
  readonly environment: HealthcheckContext['environment'];
  /** Results kept of each check. */
  readonly history: number;
  emit(name: string, data: Readonly<Record<string, unknown>>): void;
  checksOf(service: Pick<ServiceView, 'name' | 'spec'>): readonly Check[];
}
