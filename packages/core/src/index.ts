export { type Clock, sleep, systemClock, type Timer } from './clock.ts';
export { type Backoff, constantBackoff, exponentialBackoff } from './component/backoff.ts';
export type {
  Component,
  ComponentTimeouts,
  LaunchOptions,
  RunComponent,
  StartStopComponent,
} from './component/component.ts';
export * from './errors/index.ts';
export * from './hooks/index.ts';
export { type Logger, silentLogger } from './log.ts';
export * from './plan/index.ts';
export * from './plugin/index.ts';
export * from './process/index.ts';
export type { ExitInfo, ExitOutcome } from './service/exit.ts';
export type { Intent, IntentAction, IntentResult } from './service/intent.ts';
export { SERVICE_EVENTS, SERVICE_STATES, type ServiceEvent, type ServiceState } from './service/state.ts';
export { TRANSITIONS, transition } from './service/transitions.ts';
export * from './store/index.ts';
export type { PluginSupervisor, ReloadReport, Supervisor } from './supervisor/api.ts';
export { type Actor, ACTORS, type Cause, formatCause } from './service/cause.ts';
export { checkConfiguration, type ConfigurationCheck } from './supervisor/check-configuration.ts';
export type { SupervisorEvent } from './supervisor/events.ts';
export type {
  ConfigSource,
  LoadedConfig,
  ServiceInput,
  SupervisorExit,
  SupervisorOptions,
  WaitOptions,
} from './supervisor/options.ts';
export type { JournalEntry, ServiceStatus, SupervisorStatus, WhyReport } from './supervisor/status.ts';
export { createSupervisor } from './supervisor/supervisor.ts';
export { VERSION } from './version.ts';
