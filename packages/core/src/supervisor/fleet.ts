import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../clock.ts';
import type { ServiceView } from '../hooks/events.ts';
import type { Lifecycle } from '../hooks/lifecycle.ts';
import type { Logger } from '../log.ts';
import { serviceEnvironment } from '../plan/environment.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan, ServiceSpec } from '../plan/plan.ts';
import type { OutputChannel, ProcessLayer } from '../process/contract.ts';
import { ProcessRunner } from '../service/process-runner.ts';
import type { Runner } from '../service/runner.ts';
import type { ServiceContext, ServiceFacts } from '../service/facts.ts';
import { Service } from '../service/service.ts';
import type { Store } from '../store/contract.ts';
import type { Background } from './background.ts';
import type { Cause } from '../service/cause.ts';
import { Dependencies } from './dependencies.ts';
import type { EventBus } from './event-bus.ts';
import { Journal } from './journal.ts';
import { NotifyLines } from './notify-lines.ts';
import type { SupervisorOptions } from './options.ts';
import { recordOf } from './records.ts';
import { serviceStatus, textsOf, waitingFor } from './service-status.ts';
import { fallbackSink } from './sinks.ts';
import type { ServiceStatus, WhyReport } from './status.ts';
import { unknownService } from './unknown-service.ts';

/** What a fleet needs of the supervisor that owns it. */
export interface FleetContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: EventBus;
  readonly lifecycle: Lifecycle;
  readonly background: Background;
  readonly environment: Variables;
  readonly console: SupervisorOptions['console'];
  plan(): Plan;
  layer(): ProcessLayer;
  store(): Store | undefined;
  describe(service: ServiceView): Readonly<Record<string, unknown>>;
  isShuttingDown(): boolean;
  hurry(): AbortSignal;
  restsForGood(service: ServiceFacts, end: { cause: Cause; failure: boolean; error: Error | undefined }): void;
}

/** All services of a supervisor: makes them, knows them by name, and lets them wait for each other. */
export class Fleet {
  readonly services: Map<string, Service> = new Map();
  readonly runners: Map<string, ProcessRunner> = new Map();
  readonly notifyLines: NotifyLines;
  readonly #context: FleetContext;
  readonly #journal = new Journal();
  readonly #dependencies: Dependencies;
  readonly #leaving = new Map<string, Promise<void>>();
  /** Part of every generation, so that none is ever used twice, by whichever supervisor. */
  readonly #epoch = randomBytes(4).toString('hex');
  readonly #environments = new WeakMap<ServiceSpec, Readonly<Record<string, string>>>();
  readonly #unrecorded = new Set<ServiceFacts>();
  #recordTimer: Timer | undefined;
  #generations = 0;
  #hasAnnouncedPosScripts = false;

  constructor(context: FleetContext) {
    this.#context = context;
    this.notifyLines = new NotifyLines(context.log);
    this.#dependencies = new Dependencies({
      clock: context.clock,
      service: (name) => this.services.get(name),
      pull: (dependency, dependent) =>
        void dependency.submit({ action: 'start', actor: 'dependency', reason: `${dependent.name} depends on it` }),
      note: (level, service, message) => this.#note(level, message, service),
      timeoutMs: () => context.plan().timeouts.dependencyWaitMs,
    });
  }

  all(): readonly Service[] {
    return [...this.services.values()];
  }

  /** The service of this name, or all copies of it. Throws ERR_SERVICE_UNKNOWN with the nearest name. */
  named(name: string): readonly Service[] {
    const service = this.services.get(name);
    if (service !== undefined) return [service];
    const copies = this.all().filter(({ spec }) => spec.instance?.of === name);
    if (copies.length === 0) throw unknownService(name, this.services.keys());
    return copies;
  }

  channel(name: string): OutputChannel {
    if (!this.services.has(name)) throw unknownService(name, this.services.keys());
    return this.#context.layer().channel(name);
  }

  addProcess(spec: ServiceSpec): Service {
    const { clock, log, lifecycle, console } = this.#context;
    const runner: ProcessRunner = new ProcessRunner({
      clock,
      lifecycle,
      layer: this.#context.layer(),
      view: () => service.view,
      spec: () => service.spec,
      environment: (own) => this.#environmentOf(own),
      postScriptTimeoutMs: () => this.#context.plan().timeouts.postScriptMs,
      fallbackSink: (stream, resume) => fallbackSink({ spec: service.spec, stream, resume, log, clock, console }),
      waiting: (conditions) => {
        service.waitingFor = conditions;
      },
      note: (level, message) => this.#note(level, message, spec.name),
      notified: (line) => this.notifyLines.publish(spec.name, line),
      finishing: () => this.#announcePosScripts(),
    });
    const service: Service = this.add(spec, runner, 'process');
    this.runners.set(spec.name, runner);
    return service;
  }

  add(spec: ServiceSpec, runner: Runner, kind: Service['kind']): Service {
    const { clock, bus, lifecycle, background } = this.#context;
    const context: ServiceContext = {
      clock,
      lifecycle,
      runner,
      random: Math.random,
      newGeneration: () => `${this.#epoch}-${++this.#generations}`,
      emit: (event) => bus.emit(event),
      changed: (service) => this.#changed(service),
      transitioned: (service, { from, to, cause }) => {
        this.#journal.record(service.name, { wallMs: clock.wallMs(), from, to, cause });
        bus.emit({ type: 'state', service: service.name, from, to, cause, pid: service.pid });
        lifecycle.onStateChange({ service: service.view, from, to, cause });
      },
      awaitDependencies: (service, signal) => this.#dependencies.await(service, signal),
      restsForGood: (service, end) => this.#context.restsForGood(service, end),
      isShuttingDown: () => this.#context.isShuttingDown(),
      hurry: () => this.#context.hurry(),
      background: (work) => background.add(work),
    };
    const service = new Service(spec, context, kind);
    this.services.set(spec.name, service);
    return service;
  }

  /** Adds a service that is new in the configuration, once an old one of its name is gone, and starts it. */
  async join(spec: ServiceSpec): Promise<void> {
    await this.#leaving.get(spec.name);
    const service = this.addProcess(spec);
    this.order(this.#context.plan());
    if (!spec.enabled) return;
    await service.submit({ action: 'start', actor: 'reload', reason: 'it is new in the configuration' });
  }

  /** Stops a service that is not in the configuration any more, and forgets it. */
  remove(name: string): Promise<void> {
    const service = this.services.get(name);
    if (service === undefined) return Promise.resolve();
    const gone = service
      .submit({ action: 'stop', actor: 'reload', reason: 'it is not in the configuration any more' })
      .then(async () => {
        await service.idle();
        await this.#context.layer().channel(name).close({ remove: true });
        this.services.delete(name);
        this.runners.delete(name);
        this.#leaving.delete(name);
        this.#journal.forget(name);
        this.#context.store()?.removeService(name);
      });
    this.#leaving.set(name, gone);
    return gone;
  }

  /** Puts the services into the order of the plan, which is that of status. */
  order(plan: Plan): void {
    const known = new Map(this.services);
    this.services.clear();
    for (const { name } of plan.services) {
      const service = known.get(name);
      if (service !== undefined) this.services.set(name, service);
      known.delete(name);
    }
    for (const [name, service] of known) this.services.set(name, service);
  }

  statusOf(service: Service): ServiceStatus {
    return serviceStatus(service, this.#context.describe(service.view));
  }

  why(name: string): WhyReport | undefined {
    const service = this.services.get(name);
    if (service === undefined) return undefined;
    const status = this.statusOf(service);
    return {
      service: name,
      state: status.state,
      reason: status.reason,
      waitingFor: status.waitingFor,
      notes: status.notes,
      results: Object.values(status.plugins).flatMap((described) => textsOf(described, 'results')),
      journal: this.#journal.of(name),
      blocksShutdown: this.#context.isShuttingDown() ? this.#stillUp() : [],
    };
  }

  /** Said once in a shutdown, when the first of them is about to run. */
  #announcePosScripts(): void {
    if (!this.#context.isShuttingDown() || this.#hasAnnouncedPosScripts) return;
    this.#hasAnnouncedPosScripts = true;
    this.#context.bus.emit({ type: 'note', level: 'info', service: undefined, message: 'Executing pos-scripts...' });
  }

  #stillUp(): readonly string[] {
    return this.all()
      .filter(({ state }) => state !== 'STOPPED' && state !== 'FAILED')
      .map((service) => {
        const waiting = waitingFor(service, {});
        return `${service.name} is ${service.state}${waiting.length === 0 ? '' : `, waiting for ${waiting.join(', ')}`}`;
      });
  }

  /** Specs are frozen and the supervisor's environment is a copy, so each is put together once. */
  #environmentOf(spec: ServiceSpec): Readonly<Record<string, string>> {
    const known = this.#environments.get(spec) ?? serviceEnvironment(spec, this.#context.environment);
    this.#environments.set(spec, known);
    return known;
  }

  /** Hands the records of everything that changed to the store. */
  writeRecords(): void {
    this.#recordTimer?.cancel();
    this.#recordTimer = undefined;
    const store = this.#context.store();
    for (const service of this.#unrecorded) {
      if (this.services.get(service.name) === service) store?.writeService(recordOf(service));
    }
    this.#unrecorded.clear();
  }

  #changed(service: ServiceFacts): void {
    this.#dependencies.changed(service.name);
    if (service.kind !== 'process' || this.#context.store() === undefined) return;
    this.#unrecorded.add(service);
    this.#recordTimer ??= this.#context.clock.setTimer(RECORD_DELAY_MS, () => this.writeRecords());
  }

  #note(level: 'info' | 'warn' | 'error', message: string, service: string): void {
    this.#context.bus.emit({ type: 'note', level, service, message });
  }
}

/**
 * A service changes several times while it starts, and none of that is worth delaying a start for. A process is found without
 * its record as well: the wrapper wrote its own before the program ran.
 */
const RECORD_DELAY_MS = 20;
