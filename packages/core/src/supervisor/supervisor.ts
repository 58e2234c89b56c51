import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { type Clock, systemClock } from '../clock.ts';
import { ConfigError, TappetError } from '../errors/base.ts';
import { didYouMean } from '../errors/nearest.ts';
import type { OutputStream, ServiceView } from '../hooks/events.ts';
import { type Logger, silentLogger } from '../log.ts';
import { diffPlans } from '../plan/diff.ts';
import { freezeDraft } from '../plan/freeze.ts';
import { dependencyGraph } from '../plan/graph.ts';
import { serviceEnvironment } from '../plan/environment.ts';
import type { Plan, ServiceSpec } from '../plan/plan.ts';
import { createPluginHost, type PendingGeneration, type PluginHost } from '../plugin/host.ts';
import type { PluginReport } from '../plugin/report.ts';
import type { ProcessLayer } from '../process/contract.ts';
import type { Intent, IntentResult } from '../service/intent.ts';
import { ProcessRunner } from '../service/process-runner.ts';
import type { Runner } from '../service/runner.ts';
import { Service, type ServiceContext } from '../service/service.ts';
import type { ServiceState } from '../service/state.ts';
import type { Store } from '../store/contract.ts';
import { VERSION } from '../version.ts';
import { type Component, componentKind, type LaunchOptions } from '../component/component.ts';
import { ComponentRunner } from '../component/component-runner.ts';
import { componentSpec } from '../component/component-spec.ts';
import { adoptAll } from './adopt.ts';
import type { PluginSupervisor, ReloadReport } from './api.ts';
import { type Cause, formatCause } from './cause.ts';
import { type Compiled, compile } from './compile.ts';
import { Dependencies } from './dependencies.ts';
import { EventBus } from './event-bus.ts';
import type { SupervisorEvent } from './events.ts';
import { Journal } from './journal.ts';
import { openMachine } from './machine.ts';
import type { LoadedConfig, SupervisorExit, SupervisorOptions } from './options.ts';
import { daemonRecord, recordOf } from './records.ts';
import { serviceStatus, waitingFor } from './service-status.ts';
import { stopInReverse } from './shutdown.ts';
import { fallbackSink } from './sinks.ts';
import type { ServiceStatus, SupervisorStatus, WhyReport } from './status.ts';

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
  launch(name: string, component: Component, options?: LaunchOptions): Promise<void>;
  /** Resolves when every enabled service is up, has ended, or has failed for the first time. */
  settled(): Promise<void>;
  /** Resolves when the supervisor has gone down, whatever the reason. Never rejects. */
  readonly ended: Promise<SupervisorExit>;
  /** Like `ended`, but throws the first error that happened. */
  wait(): Promise<SupervisorExit>;
  /** Every error so far, first first. */
  readonly errors: readonly Error[];
  /** A shutdown in progress gets one more second. */
  hurry(): void;
  /** The last events, oldest first. */
  recentEvents(): readonly SupervisorEvent[];
}

/** Makes a supervisor. Nothing happens before `start`. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new Engine(options);
}

type Phase = SupervisorStatus['phase'];

class Engine implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #bus: EventBus;
  readonly #journal = new Journal();
  readonly #host: PluginHost;
  readonly #dependencies: Dependencies;
  readonly #services = new Map<string, Service>();
  readonly #runners = new Map<string, ProcessRunner>();
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #notifyListeners = new Map<string, Set<(line: string) => void>>();
  readonly #background = new Set<Promise<unknown>>();
  readonly #hurry = new AbortController();
  readonly #errors: Error[] = [];
  readonly #run = randomBytes(4).toString('hex');
  readonly #startedWallMs: number;
  readonly #startedMs: number;
  #generations = 0;
  #starting: Promise<void> | undefined;
  #lastLaunched: string | undefined;
  #phase: Phase = 'starting';
  #plan: Plan | undefined;
  #layer: ProcessLayer | undefined;
  #store: Store | undefined;
  #settled: Promise<void> = Promise.resolve();
  #reloading: Promise<unknown> = Promise.resolve();
  #shutdown: { readonly cause: Cause; exitCode: number } | undefined;
  readonly #exit = Promise.withResolvers<SupervisorExit>();

  constructor(options: SupervisorOptions) {
    if (options.source !== undefined && options.services !== undefined) {
      throw new TypeError('expected either "source" or "services" for createSupervisor, received both');
    }
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLogger;
    this.#startedWallMs = this.#clock.wallMs();
    this.#startedMs = this.#clock.nowMs();
    this.#bus = new EventBus(this.#clock, this.#log);
    // One listener a stopping service: the default warning at 10 is about leaks, and these are removed.
    setMaxListeners(0, this.#hurry.signal);
    this.#host = createPluginHost({
      clock: this.#clock,
      log: this.#log,
      coreVersion: VERSION,
      supervisor: this,
      onEvent: (event) => this.#bus.emit(event),
    });
    this.#dependencies = new Dependencies({
      clock: this.#clock,
      service: (name) => this.#services.get(name),
      pull: (dependency, dependent) =>
        void dependency.submit({ action: 'start', actor: 'dependency', reason: `${dependent.name} depends on it` }),
      note: (level, service, message) => this.#note(level, message, service),
      timeoutMs: () => this.plan.timeouts.dependencyWaitMs,
    });
  }

  get project(): string {
    return this.plan.project;
  }

  get plan(): Plan {
    if (this.#plan === undefined) throw new TypeError('expected a started supervisor: its plan is not known before');
    return this.#plan;
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    try {
      const compiled = await this.#compile();
      this.#plan = compiled.plan;
      const machine = await openMachine({ ...this.#options, plan: compiled.plan, clock: this.#clock, log: this.#log });
      this.#layer = machine.layer;
      this.#store = machine.store;
      const { pending } = await this.#prepare(compiled);
      await pending.activate();
      await pending.commit();
      const { services } = this.plan;
      await this.#layer.prepare(services.map(pipeOf));
      for (const spec of services) this.#addProcess(spec);
      const earlier = machine.store?.readDaemon();
      if (earlier !== undefined) await this.#adopt();
      this.#writeDaemon();
      this.#report(machine.notes);
      if (earlier?.shutdown === undefined) this.#bringUp();
      else this.#goDown({ actor: 'shutdown', reason: earlier.shutdown.reason }, earlier.shutdown.exitCode);
    } catch (error) {
      await this.#close({ clean: false });
      throw error;
    }
  }

  settled(): Promise<void> {
    return this.#settled;
  }

  get ended(): Promise<SupervisorExit> {
    return this.#exit.promise;
  }

  get errors(): readonly Error[] {
    return this.#errors;
  }

  async wait(): Promise<SupervisorExit> {
    const exit = await this.#exit.promise;
    if (exit.errors[0] !== undefined) throw exit.errors[0];
    return exit;
  }

  async launch(name: string, component: Component, options: LaunchOptions = {}): Promise<void> {
    componentKind(name, component);
    await this.start();
    if (this.#shutdown !== undefined) return;
    if (this.#services.has(name))
      throw new TypeError(`expected a new name for a component, received "${name}", which is taken`);
    const before = options.dependsOn ?? (this.#lastLaunched === undefined ? [] : [this.#lastLaunched]);
    const unknown = before.find((other) => !this.#services.has(other));
    if (unknown !== undefined) throw this.#unknown(unknown);
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
    const service: Service = this.#add(componentSpec(name, before), runner, 'component');
    await service.submit({ action: 'start', actor: 'boot', reason: 'launched by the program' });
  }

  requestStop(reason: string, exitCode = 0): void {
    this.#goDown({ actor: 'shutdown', reason }, exitCode);
  }

  hurry(): void {
    this.#hurry.abort(new Error('hurry'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.requestStop('disposed');
    await this.ended;
  }

  recentEvents(): readonly SupervisorEvent[] {
    return this.#bus.recent();
  }

  services(): readonly ServiceView[] {
    return [...this.#services.values()].map(({ view }) => view);
  }

  service(name: string): ServiceView | undefined {
    return this.#services.get(name)?.view;
  }

  async submit(name: string, intent: Intent): Promise<IntentResult> {
    const service = this.#services.get(name);
    if (service !== undefined) return service.submit(intent);
    const copies = [...this.#services.values()].filter(({ spec }) => spec.instance?.of === name);
    if (copies.length === 0) throw this.#unknown(name);
    const results = await Promise.all(copies.map((copy) => copy.submit(intent)));
    return results.find(({ outcome }) => outcome === 'failed' || outcome === 'refused') ?? results[0] ?? NOTHING;
  }

  subscribe(listener: (event: SupervisorEvent) => void): () => void {
    return this.#bus.subscribe(listener);
  }

  status(): SupervisorStatus {
    const notes = [...(this.#layer?.notes() ?? []), ...(this.#store?.problems() ?? [])];
    return {
      project: this.#plan?.project ?? '',
      pid: process.pid,
      version: VERSION,
      startedAt: new Date(this.#startedWallMs).toISOString(),
      uptimeMs: Math.round(this.#clock.nowMs() - this.#startedMs),
      phase: this.#phase,
      configFile: this.#plan?.source.file ?? null,
      directory: this.#store?.directory ?? null,
      notes,
      services: [...this.#services.values()].map((service) => this.#statusOf(service)),
    };
  }

  serviceStatus(name: string): ServiceStatus | undefined {
    const service = this.#services.get(name);
    return service === undefined ? undefined : this.#statusOf(service);
  }

  why(name: string): WhyReport | undefined {
    const service = this.#services.get(name);
    if (service === undefined) return undefined;
    const { state, reason, waitingFor } = this.#statusOf(service);
    return {
      service: name,
      state,
      reason,
      waitingFor,
      journal: this.#journal.of(name),
      blocksShutdown: this.#blockers(),
    };
  }

  tail(name: string): Uint8Array {
    return this.#channel(name).tail();
  }

  onOutput(name: string, listener: (chunk: Uint8Array, stream: OutputStream) => void): () => void {
    return this.#channel(name).subscribe(listener);
  }

  onNotify(name: string, listener: (line: string) => void): () => void {
    const listeners = this.#notifyListeners.get(name) ?? new Set();
    this.#notifyListeners.set(name, listeners);
    const entry = (line: string): void => listener(line);
    listeners.add(entry);
    return () => listeners.delete(entry);
  }

  reload(): Promise<ReloadReport> {
    const next = this.#reloading.then(
      () => this.#reload(),
      () => this.#reload(),
    );
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

  async #compile(): Promise<Compiled> {
    const loaded = await this.#load();
    const compiled = await compile(loaded, {
      environment: this.#environment(),
      plugins: this.#options.plugins ?? [],
      project: this.#options.project,
    });
    for (const { message } of compiled.warnings) this.#note('warn', message);
    return compiled;
  }

  #load(): Promise<LoadedConfig> | LoadedConfig {
    const { source, services = [], project } = this.#options;
    if (source !== undefined) return source.load();
    return {
      raw: { services, project: project ?? 'tappet' },
      file: undefined,
      directory: process.cwd(),
      locate: (issues) => issues,
    };
  }

  #environment(): Readonly<Record<string, string | undefined>> {
    return this.#options.environment ?? process.env;
  }

  /** Sets a new generation of plugins up and lets it change the plan. What it yields is not in force yet. */
  async #prepare({ plan, entries }: Compiled): Promise<{ pending: PendingGeneration; plan: Plan }> {
    const pending = await this.#host.prepare(entries, plan);
    try {
      const draft = await pending.transformPlan({
        project: plan.project,
        services: plan.services,
        timeouts: plan.timeouts,
      });
      const frozen = freezeDraft(draft, plan);
      if (frozen.plan === undefined) throw new ConfigError(frozen.issues);
      const final = this.#select(frozen.plan);
      await pending.setPlan(final);
      if (this.#phase === 'starting') this.#plan = final;
      return { pending, plan: final };
    } catch (error) {
      await pending.abandon();
      throw error;
    }
  }

  /** `only`: the named services and what they depend on; the others are in the plan but not started. */
  #select(plan: Plan): Plan {
    const { only } = this.#options;
    if (only === undefined || only.length === 0) return plan;
    const names = only.flatMap((name) => {
      const copies = plan.services.filter((spec) => spec.name === name || spec.instance?.of === name);
      if (copies.length === 0) throw this.#unknown(name, plan);
      return copies.map((spec) => spec.name);
    });
    const wanted = new Set(dependencyGraph(plan.services).closure(names));
    const services = plan.services.map((spec) =>
      wanted.has(spec.name) ? spec : Object.freeze({ ...spec, enabled: false }),
    );
    return Object.freeze({ ...plan, services: Object.freeze(services) });
  }

  #addProcess(spec: ServiceSpec): Service {
    const layer = this.#requireLayer();
    const runner: ProcessRunner = new ProcessRunner({
      clock: this.#clock,
      lifecycle: this.#host.lifecycle,
      layer,
      view: () => service.view,
      spec: () => service.spec,
      environment: (own) => serviceEnvironment(own, this.#environment()),
      postScriptTimeoutMs: () => this.plan.timeouts.postScriptMs,
      fallbackSink: (stream, resume) =>
        fallbackSink({
          spec: service.spec,
          stream,
          resume,
          log: this.#log,
          clock: this.#clock,
          console: this.#options.console,
        }),
      waiting: (conditions) => {
        service.waitingFor = conditions;
      },
      note: (level, message) => this.#note(level, message, spec.name),
      notified: (line) => this.#notified(spec.name, line),
    });
    const service: Service = this.#add(spec, runner, 'process');
    this.#runners.set(spec.name, runner);
    return service;
  }

  #add(spec: ServiceSpec, runner: Runner, kind: Service['kind']): Service {
    const context: ServiceContext = {
      clock: this.#clock,
      lifecycle: this.#host.lifecycle,
      runner,
      random: Math.random,
      newGeneration: () => `${this.#run}-${++this.#generations}`,
      emit: (event) => this.#bus.emit(event),
      changed: (changed) => this.#changed(changed),
      transitioned: (changed, from, to, cause) => this.#transitioned(changed, { from, to, cause }),
      awaitDependencies: (waiting, signal) => this.#dependencies.await(waiting, signal),
      restsForGood: (resting, end) => this.#restsForGood(resting, end),
      isShuttingDown: () => this.#shutdown !== undefined,
      hurry: () => this.#hurry.signal,
      background: (work) => this.#inBackground(work),
    };
    const service = new Service(spec, context, kind);
    this.#services.set(spec.name, service);
    return service;
  }

  async #adopt(): Promise<void> {
    const adopted = await adoptAll({
      records: this.#store?.readServices() ?? [],
      services: this.#services,
      runners: this.#runners,
      layer: this.#requireLayer(),
      nowMs: this.#clock.nowMs(),
      note: (level, message, service) => this.#note(level, message, service),
    });
    for (const { service, pid } of adopted) this.#bus.emit({ type: 'spawn', service, pid, adopted: true });
  }

  #bringUp(): void {
    const enabled = [...this.#services.values()].filter(({ spec, ledger }) => spec.enabled && !ledger.completed);
    const starts = enabled.map((service) =>
      service.submit({ action: 'start', actor: 'boot', reason: 'the supervisor starts' }),
    );
    this.#settled = Promise.all(starts).then(() => {
      if (this.#phase !== 'starting') return;
      this.#phase = 'running';
      const failed = enabled.filter(({ state }) => state === 'FAILED' || state === 'BACKOFF').map(({ name }) => name);
      this.#bus.emit({ type: 'started', services: enabled.length, failed });
    });
  }

  async #reload(): Promise<ReloadReport> {
    if (this.#shutdown !== undefined) {
      throw new TappetError('cannot reload: the supervisor is shutting down', { code: 'ERR_SHUTTING_DOWN' });
    }
    const previous = this.plan;
    const { pending, plan } = await this.#prepare(await this.#compile());
    if (plan.project !== previous.project) {
      await pending.abandon();
      throw new TappetError(`cannot reload: the project is "${previous.project}" and would become "${plan.project}"`, {
        code: 'ERR_RELOAD_FAILED',
        hint: 'run "tappet down" first, then start it under the new name',
      });
    }
    await pending.activate();
    this.#plan = plan;
    await pending.commit();
    const diff = diffPlans(previous, plan);
    const layer = this.#requireLayer();
    await layer.prepare([...diff.added, ...diff.restarted.map(({ to }) => to)].map(pipeOf));
    for (const { name } of diff.removed) this.#remove(name);
    for (const { from, to } of diff.updated) this.#update(from, to);
    for (const { to } of diff.restarted) this.#replace(to);
    for (const spec of diff.added) this.#inBackground(this.#join(spec));
    this.#order(plan);
    for (const runner of this.#runners.values()) runner.openSinks({ again: true });
    const report: ReloadReport = {
      added: diff.added.map(({ name }) => name),
      removed: diff.removed.map(({ name }) => name),
      restarted: diff.restarted.map(({ to }) => to.name),
      updated: diff.updated.map(({ to }) => to.name),
      unchanged: diff.unchanged.length,
      plugins: { added: pending.added, removed: pending.removed },
    };
    const { added, removed, restarted, updated } = report;
    this.#bus.emit({ type: 'reload', added, removed, restarted, updated });
    this.#writeDaemon();
    await this.#host.lifecycle.onReload({ plan, previous, diff });
    return report;
  }

  #remove(name: string): void {
    const service = this.#services.get(name);
    if (service === undefined) return;
    const gone = service
      .submit({ action: 'stop', actor: 'reload', reason: 'it is not in the configuration any more' })
      .then(async () => {
        await service.idle();
        await this.#requireLayer().channel(name).close({ remove: true });
        this.#services.delete(name);
        this.#runners.delete(name);
        this.#journal.forget(name);
        this.#store?.removeService(name);
        this.#leaving.delete(name);
      });
    this.#leaving.set(name, gone);
    this.#inBackground(gone);
  }

  async #join(spec: ServiceSpec): Promise<void> {
    await this.#leaving.get(spec.name);
    const service = this.#addProcess(spec);
    this.#order(this.plan);
    if (spec.enabled)
      await service.submit({ action: 'start', actor: 'reload', reason: 'it is new in the configuration' });
  }

  #update(from: ServiceSpec, to: ServiceSpec): void {
    const service = this.#services.get(to.name);
    if (service === undefined) return;
    service.spec = to;
    if (from.enabled === to.enabled) return;
    const action = to.enabled ? 'start' : 'stop';
    const reason = to.enabled ? 'it was enabled in the configuration' : 'it was disabled in the configuration';
    this.#inBackground(service.submit({ action, actor: 'reload', reason }));
  }

  #replace(to: ServiceSpec): void {
    const service = this.#services.get(to.name);
    if (service === undefined) return;
    service.spec = to;
    const action = to.enabled ? 'restart' : 'stop';
    this.#inBackground(service.submit({ action, actor: 'reload', reason: 'its configuration changed' }));
  }

  /** Status lists services in the order of the plan. */
  #order(plan: Plan): void {
    const known = new Map(this.#services);
    this.#services.clear();
    for (const { name } of plan.services) {
      const service = known.get(name);
      if (service !== undefined) this.#services.set(name, service);
      known.delete(name);
    }
    for (const [name, service] of known) this.#services.set(name, service);
  }

  #restsForGood(service: Service, end: { cause: Cause; failure: boolean; error: Error | undefined }): void {
    const { cause, failure, error } = end;
    if (service.kind === 'component') {
      if (error !== undefined) this.#errors.push(error);
      if (this.#shutdown !== undefined) return;
      const reason = failure ? `component ${service.name} has failed` : `component ${service.name} has ended`;
      this.#goDown({ actor: 'shutdown', reason, causedBy: cause }, failure ? 1 : 0);
      return;
    }
    if (!failure || !service.spec.required || this.#shutdown !== undefined) return;
    const reason = `required service ${service.name} has failed`;
    this.#errors.push(error ?? new TappetError(`${reason}: ${formatCause(cause)}`, { code: 'ERR_REQUIRED_FAILED' }));
    this.#note('error', `CRITICAL: Required service '${service.name}' has failed`, service.name);
    this.#note('error', 'System cannot continue without this service', service.name);
    this.#note('error', 'Initiating graceful shutdown due to critical service failure');
    this.#goDown({ actor: 'shutdown', reason, causedBy: cause }, 1);
  }

  #goDown(cause: Cause, exitCode: number): void {
    if (this.#starting === undefined) this.#starting = Promise.resolve();
    if (this.#shutdown !== undefined) {
      if (exitCode !== 0 && this.#shutdown.exitCode === 0) this.#shutdown.exitCode = exitCode;
      return;
    }
    this.#shutdown = { cause, exitCode };
    this.#phase = 'stopping';
    this.#bus.emit({ type: 'shutdown', cause, exitCode });
    this.#writeDaemon();
    void this.#takeDown(cause).catch((error: unknown) => {
      this.#errors.push(error instanceof Error ? error : new Error(String(error)));
      this.#finish();
    });
  }

  async #takeDown(cause: Cause): Promise<void> {
    const limitMs = this.#plan?.timeouts.globalShutdownMs ?? 30_000;
    const services = [...this.#services.values()];
    // Components set their own limits; the limit on the whole is about processes.
    const hasLimit = services.some(({ kind }) => kind === 'process');
    const deadline = hasLimit
      ? this.#clock.setTimer(Math.max(0, limitMs - LAST_SECOND_MS), () => this.hurry())
      : undefined;
    const { exitCode } = this.#shutdown ?? { exitCode: 0 };
    const hooks = this.#host.lifecycle.onShutdown({ cause, exitCode, signal: this.#hurry.signal });
    await Promise.race([hooks, aborted(this.#hurry.signal)]);
    if (services.some(({ spec, run }) => spec.posScript !== undefined && run !== undefined)) {
      this.#note('info', 'Executing pos-scripts...');
    }
    await stopInReverse(services, cause);
    deadline?.cancel();
    this.#note('info', 'Releasing resources...');
    await Promise.race([Promise.allSettled(this.#background), aborted(this.#hurry.signal)]);
    await this.#close({ clean: true });
    this.#finish();
  }

  #finish(): void {
    this.#phase = 'stopped';
    const { cause, exitCode } = this.#shutdown ?? { cause: { reason: 'stopped' }, exitCode: 0 };
    this.#exit.resolve({ exitCode, reason: cause.reason, errors: this.#errors });
  }

  async #close({ clean }: { clean: boolean }): Promise<void> {
    await this.#host.close();
    await this.#layer?.close();
    this.#store?.flush();
    this.#store?.close({ clean });
  }

  #changed(service: Service): void {
    this.#dependencies.changed(service.name);
    if (service.kind === 'process') this.#store?.writeService(recordOf(service));
  }

  #transitioned(service: Service, change: { from: ServiceState; to: ServiceState; cause: Cause }): void {
    const { from, to, cause } = change;
    this.#journal.record(service.name, { wallMs: this.#clock.wallMs(), from, to, cause });
    this.#bus.emit({ type: 'state', service: service.name, from, to, cause, pid: service.pid });
    this.#host.lifecycle.onStateChange({ service: service.view, from, to, cause });
  }

  #notified(name: string, line: string): void {
    for (const listener of this.#notifyListeners.get(name) ?? []) {
      try {
        listener(line);
      } catch (error) {
        this.#log.error({ err: error, service: name }, 'a notify listener threw');
      }
    }
  }

  #inBackground(work: Promise<unknown>): void {
    this.#background.add(work);
    const done = (): void => void this.#background.delete(work);
    work.then(done, (error: unknown) => {
      done();
      this.#note('error', error instanceof Error ? error.message : String(error));
    });
  }

  #statusOf(service: Service): ServiceStatus {
    return serviceStatus(service, this.#host.describe(service.view));
  }

  #blockers(): readonly string[] {
    if (this.#shutdown === undefined) return [];
    return [...this.#services.values()]
      .filter(({ state }) => state !== 'STOPPED' && state !== 'FAILED')
      .map((service) => `${service.name} is ${service.state}${waitingText(service)}`);
  }

  #writeDaemon(): void {
    const shutdown =
      this.#shutdown === undefined
        ? undefined
        : { reason: this.#shutdown.cause.reason, exitCode: this.#shutdown.exitCode };
    this.#store?.writeDaemon(daemonRecord({ project: this.project, configFile: this.plan.source.file, shutdown }));
  }

  #report(notes: readonly string[]): void {
    for (const note of notes) this.#note('warn', note);
  }

  #note(level: 'info' | 'warn' | 'error', message: string, service?: string): void {
    this.#bus.emit({ type: 'note', level, service, message });
  }

  #channel(name: string): ReturnType<ProcessLayer['channel']> {
    if (!this.#services.has(name)) throw this.#unknown(name);
    return this.#requireLayer().channel(name);
  }

  #requireLayer(): ProcessLayer {
    if (this.#layer === undefined) throw new TypeError('expected a started supervisor');
    return this.#layer;
  }

  #unknown(name: string, plan: Plan | undefined = this.#plan): TappetError {
    const names = plan?.services.map((spec) => spec.name) ?? [];
    const hint = didYouMean(name, names) ?? (names.length > 0 ? `the services are ${names.join(', ')}` : undefined);
    return new TappetError(`there is no service "${name}"`, { code: 'ERR_SERVICE_UNKNOWN', hint });
  }
}

/** The last part of the shutdown limit, kept for SIGKILL and cleaning up. */
const LAST_SECOND_MS = 1000;
const NOTHING: IntentResult = { outcome: 'unchanged', message: 'nothing to do' };

function pipeOf(spec: ServiceSpec): { name: string; output: 'merged'; user: string | undefined } {
  return { name: spec.name, output: 'merged', user: spec.user };
}

function waitingText(service: Service): string {
  const waiting = waitingFor(service, {});
  return waiting.length === 0 ? '' : `, waiting for ${waiting.join(', ')}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
