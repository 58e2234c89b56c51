import type { Component, LaunchOptions } from '../component/component.ts';
import type { OutputStream, ServiceView } from '../hooks/events.ts';
import type { Plan } from '../plan/plan.ts';
import type { Intent, IntentResult } from '../service/intent.ts';
import type { SupervisorEvent } from './events.ts';
import type { SupervisorExit, WaitOptions } from './options.ts';
import type { UncaughtFault } from '../plugin/contract.ts';
import type { PluginReport } from '../plugin/report.ts';
import type { ServiceStatus, SupervisorStatus, WhyReport } from './status.ts';

/** What a plugin can ask of the supervisor: look, and submit intents. */
export interface PluginSupervisor {
  readonly project: string;
  /** The plan in force. In `setup` and `onActivate` that for which they run, from `setup` to the `plan` hook as it was read. */
  readonly plan: Plan;
  /** Every service of the plan, in its order. */
  services(): readonly ServiceView[];
  service(name: string): ServiceView | undefined;
  /** Resolves when the intent took effect, was refused or superseded. Never rejects for a service that exists. */
  submit(service: string, intent: Intent): Promise<IntentResult>;
  /** Brings the ordered shutdown on. */
  requestStop(reason: string, exitCode?: number): void;
  /** Calls the listener for each event from now on; returns the unsubscribe function. A throw is logged. */
  subscribe(listener: (event: SupervisorEvent) => void): () => void;
  status(): SupervisorStatus;
  serviceStatus(name: string): ServiceStatus | undefined;
  why(name: string): WhyReport | undefined;
  /** The last bytes of a service's output, at most 64 KiB. */
  tail(service: string): Uint8Array;
  /** Calls the listener with each chunk of a service's output; the chunk is only valid during the call. Returns the unsubscribe function. */
  onOutput(service: string, listener: (chunk: Uint8Array, stream: OutputStream) => void): () => void;
  /** Lines that a service writes on its `notify_fd`. Returns the unsubscribe function. */
  onNotify(service: string, listener: (line: string) => void): () => void;
  /** Reads the configuration again and applies it. Rejects with the reason when the new one is refused: the old one stays. */
  reload(): Promise<ReloadReport>;
  /** Calls what a plugin exposed. Rejects with ERR_PLUGIN_CALL when there is no such method or it throws. */
  call(
    plugin: string,
    method: string,
    params: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<unknown>;
  /** Plugins with their taps and figures. */
  plugins(): readonly PluginReport[];
  /** Takes a quarantined tap back into service. False: there is none of this label. */
  releaseTap(label: string): boolean;
}

/** What a reload did, by service name. */
export interface ReloadReport {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly restarted: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: number;
  /** Plugins added or removed. */
  readonly plugins: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/** A supervisor that this program runs itself. */
export interface Supervisor extends PluginSupervisor, AsyncDisposable {
  /**
   * Reads the configuration, sets the plugins up, adopts what an earlier supervisor left running and sets every enabled
   * service in motion. Rejects with a ConfigError or TappetError when nothing was started.
   */
  start(): Promise<void>;
  /**
   * Adds an in-process component to the graph and resolves when it is ready, or has failed: then the shutdown is under way
   * and {@link Supervisor.wait} throws its error. Starts the supervisor if nobody did. Once the shutdown began it does nothing.
   * Throws a TypeError for a component of both kinds or of none, and for a name that is taken.
   */
  launch(name: string, component: Component, options?: LaunchOptions & WaitOptions): Promise<void>;
  /** Resolves when every enabled service is up, has ended, or has failed for the first time. */
  settled(options?: WaitOptions): Promise<void>;
  /** Resolves when the supervisor has gone down, whatever the reason. Never rejects. */
  readonly ended: Promise<SupervisorExit>;
  /** Like `ended`, but throws the first error that happened. */
  wait(options?: WaitOptions): Promise<SupervisorExit>;
  /** Every error so far, first first. */
  readonly errors: readonly Error[];
  /**
   * Tells it of an error that nobody caught, from within the process's handler of `uncaughtException` or `unhandledRejection`. Undefined
   * when it comes from no plugin. A plugin is never the end of a supervisor: one that more than 20 of them come from within
   * 10 s is switched off until the next reload.
   */
  uncaught(error: unknown): UncaughtFault | undefined;
  /** A shutdown in progress gets one more second. */
  hurry(): void;
  /** The last events, oldest first. */
  recentEvents(): readonly SupervisorEvent[];
}
