import type { Clock, ServiceState, ServiceView } from '@tappet/core';
import { type Check, type CheckEvent, countResult, isDone } from '../checks/index.ts';
import { formatDuration } from '../durations.ts';
import { closeIdleConnections, type ProbeContext } from '../probes/index.ts';
import { CheckRunner, type CheckResult } from './check-runner.ts';
import { eventName, type HealthEvent } from './events.ts';
import type { MonitorPorts } from './monitor-ports.ts';
import { probeContext } from './probe-context.ts';
import { ReadyGates } from './ready-gates.ts';
import { Remedies } from './remedies.ts';
import { WatchedService } from './watched-service.ts';

/**
 * Follows the checks of every service through its lives. It outlives reloads: each generation of the plugin hands it new
 * ports, and only checks that differ start anew.
 */
export class HealthMonitor {
  readonly #clock: Clock;
  readonly #runner: CheckRunner;
  readonly #gates = new ReadyGates();
  readonly #remedies: Remedies;
  readonly #services = new Map<string, WatchedService>();
  #ports: MonitorPorts | undefined;
  #isDraining = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#runner = new CheckRunner({
      clock,
      context: (service) => this.#probeContext(service),
      onResult: (result) => this.#count(result),
    });
    this.#remedies = new Remedies({
      clock,
      runner: this.#runner,
      ports: () => this.#ports,
      watched: (name) => this.#services.get(name),
      emit: (event, data) => this.#emit(event, data),
    });
  }

  get clock(): Clock {
    return this.#clock;
  }

  get remedies(): Remedies {
    return this.#remedies;
  }

  /** The whole supervisor goes down: nothing is ready any more. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  drain(): void {
    this.#isDraining = true;
  }

  watched(name: string): WatchedService | undefined {
    return this.#services.get(name);
  }

  /** Whether others send requests to this service, as far as its readiness tells. Holds until its process has ended. */
  isInUse(name: string): boolean {
    const watched = this.#services.get(name);
    return watched !== undefined && watched.has('readiness') && watched.toldReady === true;
  }

  /** Works with the ports of a new generation from now on. */
  takeOver(ports: MonitorPorts): void {
    this.#ports = ports;
    const planned = new Set(ports.supervisor.plan.services.map(({ name }) => name));
    for (const [name, watched] of this.#services) {
      if (!planned.has(name)) this.#forget(watched);
    }
    for (const spec of ports.supervisor.plan.services) this.#reconfigure({ name: spec.name, spec }, ports);
    for (const service of ports.supervisor.services()) this.#joinLate(service);
    this.#remedies.review();
  }

  /** A process exists: everything about it starts anew. */
  spawned(service: ServiceView, startTicks: number): void {
    if (this.#ports === undefined) return;
    const watched = this.#watch(service);
    if (watched.isUp) this.#end(watched);
    this.#begin(watched, { service, startTicks });
  }

  stateChanged(service: ServiceView, to: ServiceState): void {
    if (this.#ports === undefined) return;
    const watched = this.#watch(service);
    if (to === 'RUNNING') {
      watched.isRunning = true;
      this.#advance(watched);
    } else if (to !== 'STARTING' && watched.isUp) {
      this.#end(watched);
    }
    this.#remedies.review();
  }

  /** Resolves when startup and readiness checks let the service be used. Rejects when the signal aborts. */
  async awaitReady(service: ServiceView, signal: AbortSignal): Promise<void> {
    await this.#gates.wait(service.name, { signal, isOpen: () => this.#ports !== undefined && this.#mayGoOn(service) });
  }

  /** Takes a heartbeat for one check of a service, or for all. Tells which waited for it. */
  beat(service: string, check?: string): readonly string[] {
    const names = this.#services.get(service)?.checks.map(({ name }) => name) ?? [];
    return names.filter((name) => (check === undefined || check === name) && this.#runner.beat(service, name));
  }

  /** Tries the probes of these services now. Resolves when all have answered or timed out. */
  async refresh(services: readonly string[]): Promise<void> {
    await this.#remedies.refresh(services);
  }

  close(): void {
    for (const watched of this.#services.values()) this.#end(watched);
    this.#services.clear();
    this.#gates.close();
    this.#runner.close();
    closeIdleConnections();
    this.#ports = undefined;
  }

  #mayGoOn(service: ServiceView): boolean {
    const watched = this.#watch(service);
    return watched.isReady || !(watched.has('readiness') || watched.has('startup'));
  }

  #watch(service: Pick<ServiceView, 'name' | 'spec'>): WatchedService {
    const known = this.#services.get(service.name);
    if (known !== undefined) return known;
    const watched = new WatchedService(service.name, this.#ports?.checksOf(service) ?? []);
    this.#services.set(service.name, watched);
    return watched;
  }

  #reconfigure(service: Pick<ServiceView, 'name' | 'spec'>, ports: MonitorPorts): void {
    const watched = this.#services.get(service.name);
    if (watched === undefined) return;
    const { removed } = watched.replaceChecks(ports.checksOf(service));
    for (const { name } of removed) this.#runner.stop(watched.name, name);
    this.#advance(watched);
  }

  /** The plugin may have come when the service was up already. */
  #joinLate(service: ServiceView): void {
    const isAlive = service.pid !== undefined && (service.state === 'RUNNING' || service.state === 'STARTING');
    const watched = this.#watch(service);
    if (isAlive && !watched.isUp) this.#begin(watched, { service, startTicks: undefined });
    this.#gates.look(service.name);
  }

  #begin(
    watched: WatchedService,
    { service, startTicks }: { service: ServiceView; startTicks?: number | undefined },
  ): void {
    watched.begin(startTicks);
    watched.isRunning = service.state === 'RUNNING';
    this.#advance(watched);
  }

  #forget(watched: WatchedService): void {
    this.#end(watched);
    this.#services.delete(watched.name);
  }

  #end(watched: WatchedService): void {
    for (const { name } of watched.checks) this.#runner.stop(watched.name, name);
    watched.end();
  }

  #count({ service, check: name, result, atMs }: CheckResult): void {
    const watched = this.#services.get(service);
    const check = watched?.checks.find((one) => one.name === name);
    if (watched === undefined || check === undefined) return;
    const historySize = this.#ports?.history ?? 1;
    const { state, event } = countResult(watched.state(name), check, { result, atMs, historySize });
    watched.set(name, state);
    if (event !== undefined) this.#turn(watched, check, event);
    else if (result.ok) this.#remedies.reviewRoot(service);
  }

  /** A check went up or down. */
  #turn(watched: WatchedService, check: Check, event: CheckEvent): void {
    this.#tell(watched, check, event);
    if (isDone(watched.state(check.name), check)) this.#runner.stop(watched.name, check.name);
    this.#advance(watched);
    if (event.type === 'down') this.#remedies.answer(watched, check, event);
    else this.#remedies.review();
  }

  /** Starts what may run now, opens the gate of a service that is ready, and tells when readiness changed. */
  #advance(watched: WatchedService): void {
    for (const check of watched.activateDue(this.#clock.nowMs())) this.#runner.start(watched.name, check);
    this.#gates.look(watched.name);
    if (!watched.isRunning) return;
    const before = watched.toldReady;
    watched.toldReady = watched.isReady;
    if (before === undefined || before === watched.toldReady) return;
    this.#emit(watched.toldReady ? 'ready' : 'unready', {
      service: watched.name,
      because: watched.health().waitingFor,
    });
  }

  #tell({ name }: WatchedService, { kind, name: check }: Check, event: CheckEvent): void {
    const { type, from, count, threshold, record } = event;
    const { message, durationMs } = record;
    this.#emit(type === 'up' ? 'check-up' : 'check-down', {
      service: name,
      check,
      kind,
      from,
      count,
      threshold,
      message,
      durationMs: Math.round(durationMs),
    });
    const log = this.#ports?.log;
    if (type === 'down') log?.warn(`${name}: ${kind} check "${check}" failed ${count}/${threshold}: ${message}`);
    else if (from === 'down') log?.info(`${name}: ${kind} check "${check}" is well again: ${message}`);
    else log?.debug(`${name}: ${kind} check "${check}" is up after ${formatDuration(durationMs)}: ${message}`);
  }

  #emit(event: HealthEvent, data: Readonly<Record<string, unknown>>): void {
    this.#ports?.emit(eventName(event), data);
  }

  #probeContext(name: string): ProbeContext {
    const ports = this.#ports;
    const service = ports?.supervisor.service(name);
    if (ports === undefined || service === undefined) return {};
    const { pid, spec } = service;
    const startTicks = this.#services.get(name)?.startTicks;
    return {
      ...probeContext(spec, ports.environment),
      process: pid === undefined ? undefined : { pid, startTicks },
    };
  }
}
