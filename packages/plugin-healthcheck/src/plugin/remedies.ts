import type { Clock } from '@tappet/core';
import { blameAll, type Check, type CheckDecision, type CheckEvent, decide, rootsOf } from '../checks/index.ts';
import { blameGraph, relatives } from './blame-graph.ts';
import type { CheckRunner } from './check-runner.ts';
import type { HealthEvent } from './events.ts';
import { Incidents } from './incidents.ts';
import type { MonitorPorts } from './monitor-ports.ts';
import type { WatchedService } from './watched-service.ts';

/** What remedies need of the monitor. */
export interface RemedyContext {
  readonly clock: Clock;
  readonly runner: CheckRunner;
  /** Undefined before the plugin is in force and after its end. */
  ports(): MonitorPorts | undefined;
  watched(name: string): WatchedService | undefined;
  emit(event: HealthEvent, data: Readonly<Record<string, unknown>>): void;
}

/** What follows when a check goes down: an intent, or holding it back because the cause lies elsewhere. */
export class Remedies {
  readonly #context: RemedyContext;
  readonly #incidents = new Incidents();

  constructor(context: RemedyContext) {
    this.#context = context;
  }

  get incidents(): Incidents {
    return this.#incidents;
  }

  /** Answers a check that went down. */
  answer(watched: WatchedService, check: Check, event: CheckEvent): void {
    this.#answer(watched, check, event).catch((error: unknown) =>
      this.#context.ports()?.log.error({ err: error }, `cannot act on check "${check.name}" of ${watched.name}`),
    );
  }

  /** Tries the probes of these services now. Resolves when their results are counted. */
  async refresh(services: readonly string[]): Promise<void> {
    const attempts = services.flatMap((name) =>
      (this.#context.watched(name)?.checks ?? []).map((check) => this.#context.runner.refresh(name, check.name)),
    );
    await Promise.all(attempts);
  }

  /** Looks again whether a service is still the root of an incident, after a good result. */
  reviewRoot(service: string): void {
    if (this.#incidents.isRoot(service)) this.review();
  }

  /** Ends the incidents whose root is well again, or gone, and counts what was held because of them from zero. */
  review(): void {
    const ports = this.#context.ports();
    if (ports === undefined || this.#incidents.roots().length === 0) return;
    const { states } = blameGraph(ports.supervisor, (name) => this.#context.watched(name));
    for (const root of this.#incidents.roots()) {
      if (states.get(root) !== 'down') this.#closeIncident(root);
    }
  }

  async #answer(watched: WatchedService, check: Check, event: CheckEvent): Promise<void> {
    const { life } = watched;
    if (check.blame) await this.#askUpstream(watched.name);
    const ports = this.#context.ports();
    const isOver = watched.life !== life || watched.state(check.name).status !== 'down';
    if (ports === undefined || isOver) return;
    const graph = blameGraph(ports.supervisor, (name) => this.#context.watched(name));
    const roots = check.blame ? rootsOf(watched.name, graph) : [];
    const decision = decide(event, { check, service: watched.name, graph });
    for (const root of roots) this.#blame(root, { watched, check, decision });
    await this.#act(watched.name, decision);
  }

  /** A dependency may have failed a moment ago and its checks not know yet, so they are asked before anybody is blamed. */
  async #askUpstream(service: string): Promise<void> {
    const ports = this.#context.ports();
    if (ports === undefined || ports.supervisor.service(service)?.spec.dependsOn.length === 0) return;
    await this.refresh(relatives(service, this.#graph(ports), 'upstream'));
  }

  #blame(root: string, failed: { watched: WatchedService; check: Check; decision: CheckDecision }): void {
    const { watched, check, decision } = failed;
    const isNew = this.#incidents.blame(root, watched.name, this.#context.clock.nowMs());
    if (decision.action === 'hold')
      this.#incidents.hold(root, { service: watched.name, check: check.name, life: watched.life });
    if (isNew) void this.#announce(root, decision);
  }

  /** One event for the whole incident, so whoever else may be affected is asked first. */
  async #announce(root: string, decision: CheckDecision): Promise<void> {
    const first = this.#context.ports();
    if (first === undefined) return;
    await this.refresh(relatives(root, this.#graph(first), 'downstream'));
    const ports = this.#context.ports();
    if (ports === undefined || !this.#incidents.isRoot(root)) return;
    const others = blameAll(this.#graph(ports)).find((blame) => blame.root === root)?.affected ?? [];
    for (const name of others) this.#incidents.blame(root, name, this.#context.clock.nowMs());
    const affected = this.#affectedBy(root);
    const state = ports.supervisor.service(root)?.state ?? 'gone';
    const reason = `${root} is ${state === 'RUNNING' ? 'failing its checks' : state}`;
    const held = decision.action === 'hold' ? decision.held : null;
    this.#context.emit('blame', { root, affected, held, reason });
    ports.log.warn(
      `${affected.join(', ')}: failing because ${reason}${held === null ? '' : `; their ${held} waits for it`}`,
    );
  }

  #affectedBy(root: string): readonly string[] {
    const incident = this.#incidents.list().find((one) => one.root === root);
    return [...(incident?.affected ?? [])].filter((name) => name !== root).sort();
  }

  async #act(service: string, decision: CheckDecision): Promise<void> {
    const ports = this.#context.ports();
    if (ports === undefined || decision.action === 'none' || decision.action === 'hold') return;
    const { action, reason } = decision;
    if (action === 'shutdown') {
      ports.log.error(`${service}: ${reason}: the supervisor goes down`);
      ports.supervisor.requestStop(`${service}: ${reason}`, 1);
      return;
    }
    const result = await ports.supervisor.submit(service, { action, actor: 'probe', reason });
    if (result.outcome === 'refused') ports.log.info(`${service}: no ${action}, ${result.message}`);
  }

  #closeIncident(root: string): void {
    const { clock } = this.#context;
    const affected = this.#affectedBy(root);
    const closed = this.#incidents.close(root);
    if (closed === undefined) return;
    for (const { service, check: name, life } of closed.released) {
      const watched = this.#context.watched(service);
      const check = watched?.checks.find((one) => one.name === name);
      if (watched?.life !== life || check === undefined || watched.state(name).status !== 'down') continue;
      watched.recount(check, clock.nowMs());
    }
    const durationMs = Math.round(clock.nowMs() - closed.incident.sinceMs);
    this.#context.emit('blame-over', { root, affected, durationMs });
  }

  #graph(ports: MonitorPorts): ReturnType<typeof blameGraph> {
    return blameGraph(ports.supervisor, (name) => this.#context.watched(name));
  }
}
