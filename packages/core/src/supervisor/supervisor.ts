import { type Clock, systemClock } from '../clock.ts';
import { type Component, componentKind, type LaunchOptions } from '../component/component.ts';
import type { OutputStream, ServiceView } from '../hooks/events.ts';
import { silentLogger } from '../log.ts';
import type { Plan } from '../plan/plan.ts';
import type { PluginHost, UncaughtFault } from '../plugin/contract.ts';
import { createPluginHost } from '../plugin/host.ts';
import type { PluginReport } from '../plugin/report.ts';
import type { Intent, IntentResult } from '../service/intent.ts';
import { VERSION } from '../version.ts';
import { abortable } from './abortable.ts';
import type { ReloadReport, Supervisor } from './api.ts';
import { Background } from './background.ts';
import { Descent } from './descent.ts';
import { EventBus } from './event-bus.ts';
import type { SupervisorEvent } from './events.ts';
import { Fleet } from './fleet.ts';
import { Launcher } from './launch.ts';
import type { SupervisorExit, SupervisorOptions, WaitOptions } from './options.ts';
import { Premises } from './premises.ts';
import { Rollout } from './rollout.ts';
import type { ServiceStatus, SupervisorStatus, WhyReport } from './status.ts';

/** Makes a supervisor. Nothing happens before `start`. Throws a TypeError when both a source and services are given. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new Engine(options);
}

class Engine implements Supervisor {
  readonly #clock: Clock;
  readonly #bus: EventBus;
  readonly #host: PluginHost;
  readonly #fleet: Fleet;
  readonly #premises: Premises;
  readonly #rollout: Rollout;
  readonly #launcher: Launcher;
  readonly #descent: Descent;
  readonly #errors: Error[] = [];
  readonly #startedWallMs: number;
  readonly #startedMs: number;
  #starting: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: SupervisorOptions) {
    if (options.source !== undefined && options.services !== undefined) {
      throw new TypeError('expected either "source" or "services" for createSupervisor, received both');
    }
    // A copy: each look into process.env asks the C library.
    const environment = Object.freeze({ ...(options.environment ?? process.env) });
    this.#clock = options.clock ?? systemClock;
    const log = options.log ?? silentLogger;
    this.#startedWallMs = this.#clock.wallMs();
    this.#startedMs = this.#clock.nowMs();
    this.#bus = new EventBus(this.#clock, log);
    const background = new Background((error) => this.#note('error', messageOf(error)));
    this.#host = createPluginHost({
      clock: this.#clock,
      log,
      environment,
      supervisor: this,
      onEvent: (event) => this.#bus.emit(event),
      onSwitchedOff: () => this.#rollout.reopenSinks(),
    });
    this.#premises = new Premises(options, { clock: this.#clock, shutdown: () => this.#unfinished() });
    this.#fleet = new Fleet({
      clock: this.#clock,
      log,
      bus: this.#bus,
      lifecycle: this.#host.lifecycle,
      background,
      environment,
      console: options.console,
      plan: () => this.plan,
      layer: () => this.#premises.requireLayer(),
      store: () => this.#premises.store,
      describe: (service) => this.#host.describe(service),
      isShuttingDown: () => this.#descent.reason !== undefined,
      hurry: () => this.#descent.hurried,
      restsForGood: (service, end) => this.#descent.restsForGood(service, end),
    });
    this.#rollout = new Rollout({
      options,
      environment,
      clock: this.#clock,
      host: this.#host,
      fleet: this.#fleet,
      background,
      premises: this.#premises,
      emit: (event) => this.#bus.emit(event),
      note: (level, message, service) => this.#note(level, message, service),
      isGoingDown: () => this.#descent.reason !== undefined,
      goDown: (cause, exitCode) => this.#descent.begin(cause, exitCode),
    });
    this.#launcher = new Launcher({
      fleet: this.#fleet,
      clock: this.#clock,
      lifecycle: this.#host.lifecycle,
      failed: (error) => this.#errors.push(error),
    });
    this.#descent = new Descent({
      clock: this.#clock,
      lifecycle: this.#host.lifecycle,
      fleet: this.#fleet,
      background,
      errors: this.#errors,
      limitMs: () => this.#premises.plan?.timeouts.globalShutdownMs ?? 0,
      emit: (event) => this.#bus.emit(event),
      begun: () => {
        // Nobody starts what is already going down.
        this.#starting ??= Promise.resolve();
        this.#premises.writeDaemon();
      },
      started: async () => this.#starting?.catch(() => {}),
      close: () => this.#close({ clean: true }),
    });
    this.#obey(options.signal);
  }

  get project(): string {
    return this.plan.project;
  }

  get plan(): Plan {
    return this.#premises.requirePlan();
  }

  get ended(): Promise<SupervisorExit> {
    return this.#descent.ended;
  }

  get errors(): readonly Error[] {
    return this.#errors;
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  settled({ signal }: WaitOptions = {}): Promise<void> {
    return abortable(this.#rollout.settled, signal);
  }

  async wait({ signal }: WaitOptions = {}): Promise<SupervisorExit> {
    const exit = await abortable(this.ended, signal);
    if (exit.errors[0] !== undefined) throw exit.errors[0];
    return exit;
  }

  async launch(name: string, component: Component, options: LaunchOptions & WaitOptions = {}): Promise<void> {
    componentKind(name, component);
    await this.start();
    if (this.#descent.reason !== undefined) return;
    await abortable(this.#launcher.launch(name, component, options), options.signal);
  }

  requestStop(reason: string, exitCode = 0): void {
    this.#descent.begin({ actor: 'shutdown', reason }, exitCode);
  }

  hurry(): void {
    this.#descent.hurry();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.requestStop('disposed');
    await this.ended;
  }

  uncaught(error: unknown): UncaughtFault | undefined {
    return this.#host.uncaught(error);
  }

  recentEvents(): readonly SupervisorEvent[] {
    return this.#bus.recent();
  }

  subscribe(listener: (event: SupervisorEvent) => void): () => void {
    return this.#bus.subscribe(listener);
  }

  services(): readonly ServiceView[] {
    return this.#fleet.all().map(({ view }) => view);
  }

  service(name: string): ServiceView | undefined {
    return this.#fleet.services.get(name)?.view;
  }

  async submit(name: string, intent: Intent): Promise<IntentResult> {
    const results = await Promise.all(this.#fleet.named(name).map((service) => service.submit(intent)));
    return results.find(({ outcome }) => outcome === 'failed' || outcome === 'refused') ?? results[0] ?? NOTHING;
  }

  status(): SupervisorStatus {
    const { plan, store } = this.#premises;
    return {
      project: plan?.project ?? '',
      pid: process.pid,
      version: VERSION,
      startedAt: new Date(this.#startedWallMs).toISOString(),
      uptimeMs: Math.round(this.#clock.nowMs() - this.#startedMs),
      phase: this.#phase(),
      configFile: plan?.source.file ?? null,
      directory: store?.directory ?? null,
      notes: this.#premises.notes(),
      services: this.#fleet.all().map((service) => this.#fleet.statusOf(service)),
    };
  }

  serviceStatus(name: string): ServiceStatus | undefined {
    const service = this.#fleet.services.get(name);
    return service === undefined ? undefined : this.#fleet.statusOf(service);
  }

  why(name: string): WhyReport | undefined {
    return this.#fleet.why(name);
  }

  tail(name: string): Uint8Array {
    return this.#fleet.channel(name).tail();
  }

  onOutput(name: string, listener: (chunk: Uint8Array, stream: OutputStream) => void): () => void {
    return this.#fleet.channel(name).subscribe(listener);
  }

  onNotify(name: string, listener: (line: string) => void): () => void {
    return this.#fleet.notifyLines.subscribe(name, listener);
  }

  reload(): Promise<ReloadReport> {
    return this.#rollout.reload();
  }

  call(
    plugin: string,
    method: string,
    params: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<unknown> {
    return this.#host.call(plugin, method, params, signal);
  }

  plugins(): readonly PluginReport[] {
    return this.#host.reports();
  }

  releaseTap(label: string): boolean {
    return this.#host.releaseTap(label);
  }

  async #start(): Promise<void> {
    try {
      await this.#rollout.start();
    } catch (error) {
      await this.#close({ clean: false });
      throw error;
    }
  }

  #obey(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const stop = (): void => this.requestStop(messageOf(signal.reason));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    void this.ended.then(() => signal.removeEventListener('abort', stop));
  }

  async #close({ clean }: { clean: boolean }): Promise<void> {
    await this.#host.close();
    await this.#premises.close({ clean, beforeStore: () => this.#fleet.writeRecords() });
    this.#isClosed = true;
  }

  #phase(): SupervisorStatus['phase'] {
    if (this.#isClosed) return 'stopped';
    if (this.#descent.reason !== undefined) return 'stopping';
    return this.#rollout.hasSettled ? 'running' : 'starting';
  }

  /** What a successor would have to finish. */
  #unfinished(): { reason: string; exitCode: number } | undefined {
    const { reason } = this.#descent;
    return reason === undefined ? undefined : { reason: reason.cause.reason, exitCode: reason.exitCode };
  }

  #note(level: 'info' | 'warn' | 'error', message: string, service?: string): void {
    this.#bus.emit({ type: 'note', level, service, message });
  }
}

const NOTHING: IntentResult = { outcome: 'unchanged', message: 'nothing to do' };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
