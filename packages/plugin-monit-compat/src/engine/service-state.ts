import type { MonitConfiguration, MonitService } from '../model/configuration.ts';
import { NO_RESTARTS, type RestartCount } from './restart-limit.ts';
import type { RuleState } from './rule-state.ts';
import { INITIAL_SCHEDULE, type ScheduleState } from './schedule.ts';

/** `init`: monitored, but not looked at since monitoring began. */
export type Monitoring = 'yes' | 'init' | 'no';

/** Everything remembered of one service between passes. Plain values: it can be kept, compared and written down. */
export interface ServiceState {
  readonly monitoring: Monitoring;
  /** Under the position of the rule, or the name of an implicit rule. */
  readonly rules: ReadonlyMap<string, RuleState>;
  readonly baselines: ReadonlyMap<string, string>;
  readonly schedule: ScheduleState;
  readonly restarts: RestartCount;
  /** False when this pass left the service out: what depends on it is left out too. */
  readonly wasChecked: boolean;
}

/** The state of the engine: one entry per service, by its declared name. */
export type EngineState = ReadonlyMap<string, ServiceState>;

/** Enough of the state to ask for one service. */
export type StateReader = Pick<EngineState, 'get'>;

/** The services that changed, with their new state. */
export type StateChanges = ReadonlyMap<string, ServiceState>;

/** The state with the changes in it. A driver that keeps a map of its own may set them there instead. */
export function withChanges(state: EngineState, changes: StateChanges): EngineState {
  return new Map([...state, ...changes]);
}

export const FRESH_SERVICE: ServiceState = {
  monitoring: 'init',
  rules: new Map(),
  baselines: new Map(),
  schedule: INITIAL_SCHEDULE,
  restarts: NO_RESTARTS,
  wasChecked: false,
};

/** What a state file of an earlier run knows. */
export interface RememberedState {
  /** Names of services that were not monitored when the last run ended. */
  readonly unmonitored: ReadonlySet<string>;
  /** False when the machine was booted since. */
  readonly isSameBoot: boolean;
}

/**
 * The state a run begins with. Within one boot a service that was switched off stays off; after a boot its `onreboot`
 * decides. Without a memory everything starts but the `nostart` services.
 */
export function beginState(configuration: MonitConfiguration, remembered?: RememberedState): EngineState {
  return new Map(
    configuration.services.map((service) => [
      service.name,
      { ...FRESH_SERVICE, monitoring: beginMonitoring(service, configuration, remembered) },
    ]),
  );
}

/** Takes the state over a reload: services that are still there keep whether they are monitored, counters start anew. */
export function carryState(configuration: MonitConfiguration, before: EngineState): EngineState {
  return new Map(
    configuration.services.map((service) => {
      const old = before.get(service.name);
      return [
        service.name,
        { ...FRESH_SERVICE, monitoring: old === undefined ? 'init' : old.monitoring === 'no' ? 'no' : 'init' },
      ];
    }),
  );
}

/** True when some rule of the service is in its failed state. */
export function hasError(state: ServiceState): boolean {
  for (const rule of state.rules.values()) if (rule.phase === 'failed') return true;
  return false;
}

function beginMonitoring(
  service: MonitService,
  { settings }: MonitConfiguration,
  remembered: RememberedState | undefined,
): Monitoring {
  const onreboot = service.onreboot ?? settings.onreboot;
  const wasOff = remembered?.unmonitored.has(service.name) ?? false;
  if (remembered === undefined) return onreboot === 'nostart' ? 'no' : 'init';
  if (remembered.isSameBoot || onreboot === 'laststate') return wasOff ? 'no' : 'init';
  return onreboot === 'nostart' ? 'no' : 'init';
}
