import { type Clock, systemClock } from '../clock.ts';
import { type Component, componentKind, type LaunchOptions } from '../component/component.ts';
import { ComponentRunner } from '../component/component-runner.ts';
import { componentSpec } from '../component/component-spec.ts';
import { TappetError } from '../errors/base.ts';
import type { OutputStream, ServiceView } from '../hooks/events.ts';
import { silentLogger } from '../log.ts';
import { diffPlans } from '../plan/diff.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan, ServiceSpec } from '../plan/plan.ts';
import { createPluginHost, type PluginHost, type UncaughtFault } from '../plugin/host.ts';
import type { PluginReport } from '../plugin/report.ts';
import type { ProcessLayer, ServicePipes } from '../process/contract.ts';
import { descriptorBudget } from '../process/descriptors.ts';
import type { Intent, IntentResult } from '../service/intent.ts';
import type { ServiceFacts } from '../service/facts.ts';
import type { Service } from '../service/service.ts';
import type { Store } from '../store/contract.ts';
import { VERSION } from '../version.ts';
import { abortable } from './abortable.ts';
import { adoptAll } from './adopt.ts';
import type { ReloadReport, Supervisor } from './api.ts';
import { applyDiff } from './apply-diff.ts';
import { Background } from './background.ts';
import { checkAccounts } from './check-accounts.ts';
import { type Cause, formatCause } from '../service/cause.ts';
import { Descent } from './descent.ts';
import { EventBus } from './event-bus.ts';
import type { SupervisorEvent } from './events.ts';
import { Fleet } from './fleet.ts';
import { accept, type Accepted, isError, located } from './inspect.ts';
import { openMachine } from './machine.ts';
import type { SupervisorExit, SupervisorOptions, WaitOptions } from './options.ts';
import { prepare, type Prepared } from './prepare.ts';
import { readConfiguration } from './read-configuration.ts';
import { daemonRecord } from './records.ts';
import type { ServiceStatus, SupervisorStatus, WhyReport } from './status.ts';
import { unknownService } from './unknown-service.ts';

/** Makes a supervisor. Nothing happens before `start`. Throws a TypeError when both a source and services are given. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new Engine(options);
}

class Engine implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #environment: Variables;
  readonly #clock: Clock;
  readonly #bus: EventBus;
  readonly #host: PluginHost;
  readonly #fleet: Fleet;
  readonly #background: Background;
  readonly #descent: Descent;
  readonly #errors: Error[] = [];
  readonly #problems: string[] = [];
  readonly #startedWallMs: number;
  readonly #startedMs: number;
  #starting: Promise<void> | undefined;
  #hasSettled = false;
  #isClosed = false;
  #plan: Plan | undefined;
  #layer: ProcessLayer | undefined;
  #store: Store | undefined;
  #settled: Promise<void> = Promise.resolve();
  #reloading: Promise<unknown> = Promise.resolve();
  #lastLaunched: string | undefined;

  constructor(options: SupervisorOptions) {
    if (options.source !== undefined && options.services !== undefined) {
      throw new TypeError('expected either "source" or "services" for createSupervisor, received both');
    }
    this.#options = options;
    // A copy: each look into process.env asks the C library.
    this.#environment = Object.freeze({ ...(options.environment ?? process.env) });
    this.#clock = options.clock ?? systemClock;
    const log = options.log ?? silentLogger;
    this.#startedWallMs = this.#clock.wallMs();
    this.#startedMs = this.#clock.nowMs();
    this.#bus = new EventBus(this.#clock, log);
    this.#background = new Background((error) => this.#note('error', messageOf(error)));
    this.#host = createPluginHost({
      clock: this.#clock,
      log,
      environment: this.#environment,
      supervisor: this,
      onEvent: (event) => this.#bus.emit(event),
      onSwitchedOff: () => this.#reopenSinks(),
    });
    this.#fleet = new Fleet({
      clock: this.#clock,
      log,
      bus: this.#bus,
      lifecycle: this.#host.lifecycle,
      background: this.#background,
      environment: this.#environment,
      console: options.console,
      plan: () => this.plan,
      layer: () => this.#requireLayer(),
      store: () => this.#store,
      describe: (service) => this.#host.describe(service),
      isShuttingDown: () => this.#descent.reason !== undefined,
      hurry: () => this.#descent.hurried,
      restsForGood: (service, end) => this.#restsForGood(service, end),
    });
    this.#descent = new Descent({
      clock: this.#clock,
      lifecycle: this.#host.lifecycle,
      fleet: this.#fleet,
      background: this.#background,
      errors: this.#errors,
      limitMs: () => this.#plan?.timeouts.globalShutdownMs ?? 0,
      emit: (event) => this.#bus.emit(event),
      begun: () => this.#writeDaemon(),
      started: async () => this.#starting?.catch(() => {}),
      close: () => this.#close({ clean: true }),
    });
    this.#obey(options.signal);
  }

  get project(): string {
    return this.plan.project;
  }

  get plan(): Plan {
    if (this.#plan === undefined) throw new TypeError('expected a started supervisor: its plan is not known before');
    return this.#plan;
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
    return abortable(this.#settled, signal);
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
    const { services } = this.#fleet;
    if (services.has(name)) {
      throw new TypeError(`expected a new name for a component, received "${name}", which is taken`);
    }
    const before = options.dependsOn ?? (this.#lastLaunched === undefined ? [] : [this.#lastLaunched]);
    const unknown = before.find((other) => !services.has(other));
    if (unknown !== undefined) throw unknownService(unknown, services.keys());
    this.#lastLaunched = name;
    const runner = new ComponentRunner({
      name,
      component,
      options,
      clock: this.#clock,
      lifecycle: this.#host.lifecycle,
      view: () => service.view,
      failed: (error) => this.#errors.push(error),
    });
    const service: Service = this.#fleet.add(componentSpec(name, before), runner, 'component');
    const started = service.submit({ action: 'start', actor: 'boot', reason: 'launched by the program' });
    await abortable(started, options.signal);
  }

  requestStop(reason: string, exitCode = 0): void {
    this.#goDown({ actor: 'shutdown', reason }, exitCode);
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
    this.#problems.push(...(this.#store?.problems() ?? []));
    return {
      project: this.#plan?.project ?? '',
      pid: process.pid,
      version: VERSION,
      startedAt: new Date(this.#startedWallMs).toISOString(),
      uptimeMs: Math.round(this.#clock.nowMs() - this.#startedMs),
      phase: this.#phase(),
      configFile: this.#plan?.source.file ?? null,
      directory: this.#store?.directory ?? null,
      notes: [...(this.#layer?.notes() ?? []), ...this.#problems],
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
    // One after the other, whatever became of the one before.
    const next = this.#reloading.then(() => this.#reload());
    this.#reloading = next.catch(() => {});
    return next;
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
      const accepted = await this.#accept();
      this.#plan = accepted.plan;
      const machine = await openMachine({ ...this.#options, plan: accepted.plan, clock: this.#clock });
      this.#layer = machine.layer;
      this.#store = machine.store;
      const { pending, plan } = await this.#prepare(accepted);
      this.#plan = plan;
      await pending.activate().catch((error: unknown) => {
        throw located(accepted.loaded, error);
      });
      await pending.commit();
      this.#warnOfDescriptors(plan);
      await this.#layer.prepare(plan.services.map(pipeOf));
      for (const spec of plan.services) this.#fleet.addProcess(spec);
      await this.#setInMotion();
    } catch (error) {
      await this.#close({ clean: false });
      throw error;
    }
  }

  async #accept(): Promise<Accepted> {
    const accepted = accept(await readConfiguration(this.#options, this.#environment));
    for (const { message } of accepted.issues.filter((issue) => !isError(issue))) this.#note('warn', message);
    return accepted;
  }

  #prepare(accepted: Accepted): Promise<Prepared> {
    return prepare(accepted, { host: this.#host, only: this.#options.only, verify: checkAccounts });
  }

  /** Services run all the same when the limit is too small; whoever reads the log should know before they do. */
  #warnOfDescriptors({ services }: Plan): void {
    const { message } = descriptorBudget(services.filter(({ enabled }) => enabled).length);
    if (message !== undefined) this.#note('warn', message);
  }

  /** Goes on where an earlier supervisor was cut off, and starts the rest. */
  async #setInMotion(): Promise<void> {
    const earlier = this.#store?.readDaemon();
    const atRest = earlier === undefined ? new Set<string>() : await this.#adopt();
    this.#writeDaemon();
    if (earlier?.shutdown !== undefined) {
      this.#goDown({ actor: 'shutdown', reason: earlier.shutdown.reason }, earlier.shutdown.exitCode);
      return;
    }
    const enabled = this.#fleet.all().filter(({ spec, name }) => spec.enabled && !atRest.has(name));
    const starts = enabled.map((service) =>
      service.submit({ action: 'start', actor: 'boot', reason: 'the supervisor starts' }),
    );
    this.#settled = Promise.all(starts).then(() => {
      if (this.#descent.reason !== undefined) return;
      this.#hasSettled = true;
      const failed = enabled.filter(({ state }) => state === 'FAILED' || state === 'BACKOFF').map(({ name }) => name);
      this.#bus.emit({ type: 'started', services: enabled.length, failed });
    });
  }

  /** Names of the services that stay at rest because they were before. */
  async #adopt(): Promise<ReadonlySet<string>> {
    const { adopted, atRest } = await adoptAll({
      records: this.#store?.readServices() ?? [],
      services: this.#fleet.services,
      runners: this.#fleet.runners,
      layer: this.#requireLayer(),
      nowMs: this.#clock.nowMs(),
      note: (level, message, service) => this.#note(level, message, service),
    });
    for (const { service, pid } of adopted) this.#bus.emit({ type: 'spawn', service, pid, adopted: true });
    return atRest;
  }

  async #reload(): Promise<ReloadReport> {
    if (this.#descent.reason !== undefined) {
      throw new TappetError('cannot reload: the supervisor is shutting down', { code: 'ERR_SHUTTING_DOWN' });
    }
    const previous = this.plan;
    const accepted = await this.#accept();
    const { pending, plan } = await this.#prepare(accepted);
    if (plan.project !== previous.project) {
      await pending.abandon();
      throw new TappetError(`cannot reload: the project is "${previous.project}" and would become "${plan.project}"`, {
        code: 'ERR_RELOAD_FAILED',
        hint: 'run "tappet down" first, then start it under the new name',
      });
    }
    await pending.activate().catch((error: unknown) => {
      throw located(accepted.loaded, error);
    });
    this.#plan = plan;
    // Output goes to sinks of the new plugins before the old ones are disposed of.
    await pending.commit(() => this.#reopenSinks());
    const diff = diffPlans(previous, plan);
    await this.#requireLayer().prepare([...diff.added, ...diff.restarted.map(({ to }) => to)].map(pipeOf));
    applyDiff(this.#fleet, diff, this.#background);
    this.#fleet.order(plan);
    this.#writeDaemon();
    const touched = {
      added: diff.added.map(({ name }) => name),
      removed: diff.removed.map(({ name }) => name),
      restarted: diff.restarted.map(({ to }) => to.name),
      updated: diff.updated.map(({ to }) => to.name),
    };
    this.#bus.emit({ type: 'reload', ...touched });
    await this.#host.lifecycle.onReload({ plan, previous, diff });
    const plugins = { added: pending.added, removed: pending.removed };
    return { ...touched, unchanged: diff.unchanged.length, plugins };
  }

  #reopenSinks(): void {
    for (const runner of this.#fleet.runners.values()) runner.openSinks({ again: true });
  }

  #restsForGood(service: ServiceFacts, end: { cause: Cause; failure: boolean; error: Error | undefined }): void {
    const { cause, failure, error } = end;
    if (service.kind === 'component') {
      if (error !== undefined) this.#errors.push(error);
      const reason = failure ? `component ${service.name} has failed` : `component ${service.name} has ended`;
      this.#goDown({ actor: 'shutdown', reason, causedBy: cause }, failure ? 1 : 0);
      return;
    }
    if (!failure || !service.spec.required || this.#descent.reason !== undefined) return;
    const reason = `required service ${service.name} has failed`;
    this.#errors.push(error ?? new TappetError(`${reason}: ${formatCause(cause)}`, { code: 'ERR_REQUIRED_FAILED' }));
    this.#note('error', `CRITICAL: Required service '${service.name}' has failed`, service.name);
    this.#note('error', 'System cannot continue without this service', service.name);
    this.#note('error', 'Initiating graceful shutdown due to critical service failure');
    this.#goDown({ actor: 'shutdown', reason, causedBy: cause }, 1);
  }

  #obey(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const stop = (): void => this.requestStop(messageOf(signal.reason));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    void this.ended.then(() => signal.removeEventListener('abort', stop));
  }

  #goDown(cause: Cause, exitCode: number): void {
    // Nobody starts what is already going down.
    this.#starting ??= Promise.resolve();
    this.#descent.begin(cause, exitCode);
  }

  async #close({ clean }: { clean: boolean }): Promise<void> {
    await this.#host.close();
    await this.#layer?.close();
    this.#fleet.writeRecords();
    this.#store?.close({ clean });
    this.#isClosed = true;
  }

  #phase(): SupervisorStatus['phase'] {
    if (this.#isClosed) return 'stopped';
    if (this.#descent.reason !== undefined) return 'stopping';
    return this.#hasSettled ? 'running' : 'starting';
  }

  #writeDaemon(): void {
    if (this.#plan === undefined) return;
    const { reason } = this.#descent;
    const shutdown = reason === undefined ? undefined : { reason: reason.cause.reason, exitCode: reason.exitCode };
    this.#store?.writeDaemon(daemonRecord({ project: this.project, configFile: this.plan.source.file, shutdown }));
  }

  #note(level: 'info' | 'warn' | 'error', message: string, service?: string): void {
    this.#bus.emit({ type: 'note', level, service, message });
  }

  #requireLayer(): ProcessLayer {
    if (this.#layer === undefined) throw new TypeError('expected a started supervisor');
    return this.#layer;
  }
}

const NOTHING: IntentResult = { outcome: 'unchanged', message: 'nothing to do' };

function pipeOf({ name, user, group, notifyFd }: ServiceSpec): ServicePipes {
  return { name, output: 'merged', user, group, notify: notifyFd !== undefined };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
