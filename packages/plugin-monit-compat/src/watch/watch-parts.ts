import type { Clock, Logger } from '@tappet/core';
import type { Alerts } from '../alert/alerts.ts';
import type { MonitEvent } from '../engine/event.ts';
import type { Sample } from '../engine/sample.ts';
import type { ServiceState } from '../engine/service-state.ts';
import type { MonitConfiguration } from '../model/configuration.ts';
import type { Prober } from '../probe/prober.ts';
import type { FollowProcess } from '../sample/follow-process.ts';
import type { OwnServices } from './own-services.ts';
import type { RunProgram } from './run-program.ts';
import type { Sampling } from './sampling.ts';

/** What is watched, and how. */
export interface WatchPlan {
  readonly configuration: MonitConfiguration;
  /** Names in the control language → names of our own services. */
  readonly own: ReadonlyMap<string, string>;
  readonly pollMs: number;
  /** Time between two looks at `fast` resource rules. */
  readonly fastMs: number;
  readonly isRehearsal: boolean;
  readonly host: string;
}

/** The world around the watch. */
export interface WatchParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly services: OwnServices;
  readonly sampling: Sampling;
  /** Looks of its own between two cycles; asked for once, when a rule is `fast`. */
  readonly fastSampling: () => Sampling;
  readonly follow: FollowProcess;
  readonly prober: Prober;
  readonly run: RunProgram;
  readonly alerts: Alerts;
  /** Something is or is no longer monitored. */
  onMonitoring(state: ReadonlyMap<string, ServiceState>): void;
  onEvent(event: MonitEvent): void;
}

/** What the last look at a service found. */
export interface LastLook {
  readonly sample: Sample;
  readonly wallMs: number;
}
