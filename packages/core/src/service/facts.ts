import type { Clock } from '../clock.ts';
import type { ServiceView } from '../hooks/events.ts';
import type { Lifecycle } from '../hooks/lifecycle.ts';
import type { ServiceSpec } from '../plan/plan.ts';
import type { Cause } from './cause.ts';
import type { NewEvent } from '../supervisor/events.ts';
import type { ExitOutcome } from './exit.ts';
import { Ledger } from './ledger.ts';
import type { Run, Runner } from './runner.ts';
import type { ServiceEvent, ServiceState } from './state.ts';
import { transition } from './transitions.ts';

/** What a service needs of the world around it. */
export interface ServiceContext {
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
  readonly runner: Runner;
  /** 0 to 1, for jitter. */
  random(): number;
  /** A name for one start that no other start ever had. */
  newGeneration(): string;
  emit(event: NewEvent): void;
  /** State or figures changed: dependents look again, the record is written. */
  changed(service: ServiceFacts): void;
  transitioned(service: ServiceFacts, change: { from: ServiceState; to: ServiceState; cause: Cause }): void;
  /** Resolves when every dependency is satisfied, rejects when one cannot be. */
  awaitDependencies(service: ServiceFacts, signal: AbortSignal): Promise<void>;
  /** It ended, or never came up, and nothing automatic will start it again. `error` is what it threw, when it did. */
  restsForGood(service: ServiceFacts, end: { cause: Cause; failure: boolean; error: Error | undefined }): void;
  isShuttingDown(): boolean;
  /** Aborts when stops must not take their time any more. */
  hurry(): AbortSignal;
  /** Work that goes on by itself and is only waited for at the very end. */
  background(work: Promise<unknown>): void;
}

/** What happened since the last start was asked for. */
export interface LifeSoFar {
  readonly spawned: boolean;
  readonly outcome: ExitOutcome | undefined;
}

/** Everything that is known of one service, and the only place where its state changes. */
export class ServiceFacts {
  spec: ServiceSpec;
  readonly kind: 'process' | 'component';
  readonly ledger: Ledger = new Ledger();
  readonly view: ServiceView;
  /** A user stopped it. */
  held = false;
  /** Somebody wants it up, so that it will start, or start again, by itself. */
  isWantedUp = false;
  /** What it waits for, set by whoever waits. */
  waitingFor: readonly string[] = [];
  /** Why it is in this state. */
  cause: Cause = { actor: 'boot', reason: 'not started yet' };
  run: Run | undefined;
  /** False as soon as the end of the current run is known, before it is dealt with. */
  isRunAlive = false;
  life: LifeSoFar = NO_LIFE;
  startedAtMs: number | undefined;
  readyAtMs: number | undefined;
  endedAtMs: number | undefined;
  generation: string | undefined;
  protected readonly context: ServiceContext;
  #state: ServiceState = 'STOPPED';

  constructor(spec: ServiceSpec, context: ServiceContext, kind: 'process' | 'component' = 'process') {
    this.spec = spec;
    this.kind = kind;
    this.context = context;
    this.view = viewOf(this);
  }

  get name(): string {
    return this.spec.name;
  }

  get state(): ServiceState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.isRunAlive ? this.run?.pid : undefined;
  }

  get uptimeMs(): number | undefined {
    return this.run === undefined ? undefined : Math.max(0, this.context.clock.nowMs() - this.run.startedAtMs);
  }

  /** Puts an event to the table of transitions and tells everybody when it changed the state. */
  transition(event: ServiceEvent, cause: Cause): void {
    const from = this.#state;
    const to = transition(from, event);
    if (to === undefined || to === from) return;
    this.#state = to;
    this.cause = cause;
    this.context.transitioned(this, { from, to, cause });
    this.context.changed(this);
  }

  /** A state that an earlier supervisor left it in, without telling anybody. */
  protected resumeState(state: 'STOPPED' | 'FAILED', cause: Cause): void {
    this.#state = state;
    this.cause = cause;
  }
}

/** Nothing happened yet. */
export const NO_LIFE: LifeSoFar = Object.freeze({ spawned: false, outcome: undefined });

function viewOf(service: ServiceFacts): ServiceView {
  return {
    get name() {
      return service.name;
    },
    get spec() {
      return service.spec;
    },
    get state() {
      return service.state;
    },
    get pid() {
      return service.pid;
    },
    get restarts() {
      return service.ledger.restarts;
    },
    get uptimeMs() {
      return service.uptimeMs;
    },
  };
}
