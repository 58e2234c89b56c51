import type { Clock } from '../clock.ts';
import type { ServiceView } from '../hooks/events.ts';
import type { Lifecycle } from '../hooks/lifecycle.ts';
import type { Logger } from '../log.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan, PlanDraft } from '../plan/plan.ts';
import type { PluginSupervisor } from '../supervisor/api.ts';
import type { NewEvent } from '../supervisor/events.ts';
import type { PluginEntry } from './entry.ts';
import type { PluginReport } from './report.ts';
import type { Sections } from './sections.ts';

/** How long a generation that was replaced waits for hook calls under way before it is disposed. */
export const DRAIN_LIMIT_MS = 5000;

export interface PluginHostOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** What plugins see of it; frozen. */
  readonly environment: Variables;
  readonly supervisor: PluginSupervisor;
  /** Events of plugins: their own, and what goes wrong with them. */
  onEvent(event: NewEvent): void;
  /** A plugin was switched off: its taps are left out already, what it deferred and carries is disposed of next. */
  onSwitchedOff?(plugin: string): void;
}

/** Where an error that nobody caught came from. */
export interface UncaughtFault {
  readonly plugin: string;
  /** The plugin is switched off, or not loaded any more and known for this: nothing new. */
  readonly isKnown: boolean;
}

/** Holds the plugins of a supervisor, one generation of them in force at a time. */
export interface PluginHost {
  /** The hooks of the generation in force; before the first commit nothing is tapped. */
  readonly lifecycle: Lifecycle;
  /**
   * Runs every setup, in the order of the entries, while the generation in force goes on. Rejects with a ConfigError of all plugins
   * that refuse the configuration, else with a PluginError; what was set up by then is disposed.
   */
  prepare(admitted: AdmittedPlugins): Promise<PendingGeneration>;
  reports(): readonly PluginReport[];
  /** Takes quarantined taps of this label back into service. False: there is none. */
  releaseTap(label: string): boolean;
  readonly call: PluginSupervisor['call'];
  /** What plugins add to the status of a service, by plugin name. Never throws. */
  describe(service: ServiceView): Readonly<Record<string, unknown>>;
  /**
   * Tells of an error that nobody caught, within the handler of the process. Undefined when it comes from no plugin. A plugin that more
   * than 20 of them come from within 10 s is switched off until the next reload. Never throws.
   */
  uncaught(error: unknown): UncaughtFault | undefined;
  /** Gives up calls under way and disposes everything, last set up first, each step within its deadline. Never rejects. */
  close(): Promise<void>;
}

/** Plugins that may be set up, for a plan whose sections they accept. */
export interface AdmittedPlugins {
  /** In order of setup. */
  readonly entries: readonly PluginEntry[];
  readonly plan: Plan;
  readonly sections: Sections;
}

/** A generation that is set up and not yet in force. Ends with `commit` or `abandon`. */
export interface PendingGeneration {
  /** Plugins that the generation in force does not have, and those that only it has. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Runs the `plan` hook of this generation. Rejects with a PluginError. */
  transformPlan(draft: PlanDraft): Promise<PlanDraft>;
  /** The final plan, from which `serviceConfig` answers. Rejects with a ConfigError when a section of it is not valid. */
  setPlan(plan: Plan): Promise<void>;
  /** Opens what it needs. Rejects with a PluginError after disposing this generation; the old one is in force until `commit`. */
  activate(): Promise<void>;
  /**
   * Puts it into force in one step. Then `afterSwap` runs (hand outputs over to the new sinks there), calls under way on the old
   * generation get {@link DRAIN_LIMIT_MS}, and the old one is disposed. Never rejects.
   */
  commit(afterSwap?: () => void | Promise<void>): Promise<void>;
  /** Disposes it without ever having been in force. */
  abandon(): Promise<void>;
}
