import { type RestartDecision, sleep, type Timer } from '@tappet/core';
import type { EngineAction, ServiceAction } from '../engine/action.ts';
import { applySteps, planSteps } from '../engine/dependencies.ts';
import { evaluateFast, evaluateService, type Evaluation } from '../engine/evaluate.ts';
import { countRestart } from '../engine/restart-limit.ts';
import type { Sample } from '../engine/sample.ts';
import { FRESH_SERVICE, type ServiceState } from '../engine/service-state.ts';
import type { MonitService } from '../model/configuration.ts';
import { FastLooks } from './fast-looks.ts';
import type { StepResult } from './method.ts';
import { Orders } from './orders.ts';
import { type Order, Performer, reasonOf } from './performer.ts';
import { type Look, Rounds } from './rounds.ts';
import type { Sampling } from './sampling.ts';
import type { LastLook, WatchParts, WatchPlan } from './watch-parts.ts';

const HAS_ENDED: Sample = { presence: 'missing', reason: 'its process has ended', facts: {} };

/** Disposal of a plugin has five seconds. */
const FAREWELL_MS = 3000;

/** The cycle: has everything looked at, judges it and has actions carried out. */
export class Watch {
  readonly plan: WatchPlan;
  readonly state: Map<string, ServiceState>;
  readonly looks: Map<string, LastLook> = new Map();
  cycles = 0;
  readonly #parts: WatchParts;
  readonly #performer: Performer;
  readonly #rounds: Rounds;
  readonly #orders = new Orders();
  readonly #stopped = new AbortController();
  readonly #fast: FastLooks;
  readonly #fastSampling: Sampling | undefined;
  #timer: Timer | undefined;

  constructor(plan: WatchPlan, parts: WatchParts, state: ReadonlyMap<string, ServiceState>) {
    this.plan = plan;
    this.#parts = parts;
    this.state = new Map(state);
    this.#performer = new Performer({
      ...parts,
      configuration: plan.configuration,
      own: plan.own,
      isRehearsal: plan.isRehearsal,
      host: plan.host,
      lastSample: (service) => this.looks.get(service)?.sample,
    });
    this.#rounds = new Rounds({
      ...parts,
      configuration: plan.configuration,
      own: plan.own,
      state: this.state,
      orders: this.#orders,
      signal: this.#stopped.signal,
      judge: (look) => this.#judge(look),
    });
    this.#fast = new FastLooks({
      clock: parts.clock,
      services: plan.configuration.services,
      fastMs: plan.fastMs,
      follow: parts.follow,
      isOwn: ({ name }) => plan.own.has(name),
      identityOf: ({ name }) => this.looks.get(name)?.sample.facts.identity,
      onDeath: (service) => this.#guarded(() => this.#lookAtDeath(service)),
      onResources: (service) => this.#guarded(() => this.#lookAtResources(service)),
    });
    this.#fastSampling = this.#fast.measures ? parts.fastSampling() : undefined;
  }

  /** Actions under way, by service. */
  get pending(): ReadonlyMap<string, ServiceAction> {
    return this.#orders.pending;
  }

  /** Begins with the first cycle after the delay. With nothing to watch there is no timer. */
  start(delayMs = 0): void {
    if (this.plan.configuration.services.length === 0 || this.#stopped.signal.aborted) return;
    this.#timer = this.#parts.clock.setTimer(delayMs, () => this.cycle());
    this.#fast.start();
  }

  /** Ends the timers and the probes. Resolves when the orders under way are done, or after a while: they go on by themselves. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the watch is over'));
    this.#timer?.cancel();
    this.#fast.stop();
    await Promise.all([this.#parts.sampling.close(), this.#fastSampling?.close()]);
    const orders = this.#orders.all;
    if (orders === undefined) return;
    const patience = new AbortController();
    const tooLong = sleep(this.#parts.clock, FAREWELL_MS, patience.signal).catch(() => undefined);
    await Promise.race([orders, tooLong]);
    patience.abort();
  }

  /** Runs a cycle now; the next one comes one poll time later. */
  cycle(): void {
    const { clock } = this.#parts;
    if (this.#stopped.signal.aborted) return;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(this.plan.pollMs, () => this.cycle());
    this.cycles += 1;
    if (!this.plan.isRehearsal) this.#parts.alerts.retry();
    this.#guarded(() => this.#rounds.begin());
  }

  /** Does what a person asks for. Resolves with what became of each step. */
  async order(action: ServiceAction, name: string, order: Order): Promise<readonly StepResult[]> {
    const { configuration } = this.plan;
    const steps = planSteps({ configuration, state: this.state, service: name, action });
    for (const [changed, value] of applySteps(this.state, steps, configuration)) this.state.set(changed, value);
    this.#parts.onMonitoring(this.state);
    const results = await this.#inTurn({ steps, action, service: name }, () => this.#performer.order(steps, order));
    this.#performer.announceDone(action, name, results);
    return results;
  }

  /** A service of ours ended by itself: what its `fast` rules on existence say. Undefined: no opinion. */
  decideRestart(ownName: string): RestartDecision | undefined {
    const service = this.#byOwnName(ownName);
    if (service?.rules.some(({ fast, test }) => fast && test.kind === 'exist') !== true) return undefined;
    const evaluation = this.#evaluateFast(service, HAS_ENDED);
    const wanted = evaluation.actions.find((action) => action.kind === 'service');
    this.#apply({ ...evaluation, actions: evaluation.actions.filter((action) => action !== wanted) });
    if (wanted === undefined || this.plan.isRehearsal) return undefined;
    if (wanted.action === 'restart' || wanted.action === 'start')
      return { restart: true, reason: reasonOf(wanted.cause) };
    return wanted.action === 'stop' ? { restart: false, reason: reasonOf(wanted.cause) } : undefined;
  }

  /** The supervisor restarts a service by its own policy: that counts for `if N restarts within M cycles`. */
  countRestart(ownName: string): void {
    const service = this.#byOwnName(ownName);
    if (service === undefined || service.restartLimits.length === 0) return;
    const before = this.state.get(service.name) ?? FRESH_SERVICE;
    if (before.monitoring !== 'no')
      this.state.set(service.name, { ...before, restarts: countRestart(before.restarts) });
  }

  /** A user started a service of ours: it is monitored again. */
  resume(ownName: string): void {
    const service = this.#byOwnName(ownName);
    if (service === undefined || this.state.get(service.name)?.monitoring !== 'no') return;
    this.state.set(service.name, { ...FRESH_SERVICE });
    this.#parts.onMonitoring(this.state);
  }

  #byOwnName(ownName: string): MonitService | undefined {
    for (const [name, own] of this.plan.own) if (own === ownName) return this.plan.configuration.byName.get(name);
    return undefined;
  }

  #guarded(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#parts.log.error(error instanceof Error ? { err: error } : {}, 'a cycle failed');
    }
  }

  #judge({ service, sample, isDue }: Look): void {
    const { clock } = this.#parts;
    const { configuration } = this.plan;
    if (sample !== undefined) this.looks.set(service.name, { sample, wallMs: clock.wallMs() });
    this.#apply(evaluateService({ configuration, state: this.state, service, sample, isDue, wallMs: clock.wallMs() }));
    if (service.type === 'program' && isDue) this.#startProgram(service);
  }

  /** Starts a check program anew, after what its last result led to. */
  #startProgram(service: MonitService): void {
    const { clock, sampling } = this.#parts;
    const start = (): void => {
      if (this.#stopped.signal.aborted || this.state.get(service.name)?.monitoring === 'no') return;
      sampling.startProgram(service, clock.nowMs());
    };
    if (this.#orders.has(service.name)) void this.#orders.settled(service.name).then(start);
    else start();
  }

  #apply({ changes, actions, events }: Evaluation): void {
    const wasOff = (name: string): boolean => this.state.get(name)?.monitoring === 'no';
    const isNews = [...changes].some(([name, { monitoring }]) => wasOff(name) !== (monitoring === 'no'));
    for (const [name, value] of changes) this.state.set(name, value);
    if (isNews) this.#parts.onMonitoring(this.state);
    for (const event of events) {
      this.#parts.onEvent(event);
      if (!this.plan.isRehearsal) this.#parts.alerts.tell(event);
    }
    for (const action of actions) this.#carryOut(action);
  }

  #carryOut(action: EngineAction): void {
    const perform = (): Promise<void> => this.#performer.perform(action);
    const done = action.kind === 'service' ? this.#inTurn(action, perform) : perform();
    done.catch((error: unknown) => {
      this.#parts.log.error(error instanceof Error ? { err: error } : {}, `cannot act upon ${action.service}`);
    });
  }

  #inTurn<T>(order: Parameters<Orders['run']>[0], work: () => Promise<T>): Promise<T> {
    for (const { service } of order.steps) this.#rounds.forget(service);
    return this.#orders.run(order, work);
  }

  /** A process that others run has ended. Whoever is being acted upon is left to that. */
  #lookAtDeath(service: MonitService): void {
    if (this.#orders.has(service.name)) return;
    const sample = this.#parts.sampling.sampleOne(service, this.#parts.clock.nowMs());
    // One that waits for its parent to fetch it runs no more either.
    if (sample?.presence === 'missing' || sample?.presence === 'zombie')
      this.#apply(this.#evaluateFast(service, HAS_ENDED));
  }

  #lookAtResources(service: MonitService): void {
    const { clock, services } = this.#parts;
    if (this.#rounds.isBusy(service.name)) return;
    const ownName = this.plan.own.get(service.name);
    if (ownName !== undefined && services.pid(ownName) === undefined) return;
    const measured = this.#fastSampling?.sampleOne(service, clock.nowMs());
    const sample = ownName === undefined ? measured : services.correct(ownName, measured, true);
    if (sample?.presence === 'present') this.#apply(this.#evaluateFast(service, sample));
  }

  #evaluateFast(service: MonitService, sample: Sample): Evaluation {
    const { configuration } = this.plan;
    return evaluateFast({ configuration, state: this.state, service, sample, wallMs: this.#parts.clock.wallMs() });
  }
}
