import type { Clock } from '../clock.ts';
import { sleep } from '../clock.ts';
import type { ServiceView } from '../hooks/events.ts';
import type { Lifecycle } from '../hooks/lifecycle.ts';
import type { ServiceSpec } from '../plan/plan.ts';
import type { ServiceRecord } from '../store/contract.ts';
import type { Cause } from '../supervisor/cause.ts';
import type { NewEvent } from '../supervisor/events.ts';
import { arbitrate } from './arbiter.ts';
import type { ExitInfo, ExitOutcome } from './exit.ts';
import { interpretExit } from './exit-status.ts';
import { Goal } from './goal.ts';
import type { Intent, IntentResult } from './intent.ts';
import { Ledger } from './ledger.ts';
import { nextAttempt, type RestartChoice } from './next-attempt.ts';
import type { Run, RunEnd, Runner } from './runner.ts';
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
  changed(service: Service): void;
  transitioned(service: Service, from: ServiceState, to: ServiceState, cause: Cause): void;
  /** Resolves when every dependency is satisfied, rejects when one cannot be. */
  awaitDependencies(service: Service, signal: AbortSignal): Promise<void>;
  /** It ended, or never came up, and nothing automatic will start it again. `error` is what it threw, when it did. */
  restsForGood(service: Service, end: { cause: Cause; failure: boolean; error: Error | undefined }): void;
  isShuttingDown(): boolean;
  /** Aborts when stops must not take their time any more. */
  hurry(): AbortSignal;
  /** Work that goes on by itself and is only waited for at the very end. */
  background(work: Promise<unknown>): void;
}

/**
 * One service: a worker that brings it to the goal accepted last, one step at a time. Everything that wants something
 * of it submits an intent; everything that happens to it becomes an event of the transition table.
 */
export class Service {
  spec: ServiceSpec;
  readonly kind: 'process' | 'component';
  readonly ledger: Ledger = new Ledger();
  readonly view: ServiceView;
  /** A user stopped it. */
  held = false;
  /** What it waits for, set by whoever waits. */
  waitingFor: readonly string[] = [];
  /** Why it is in this state. */
  cause: Cause = { actor: 'boot', reason: 'not started yet' };
  readyAtMs: number | undefined;
  endedAtMs: number | undefined;
  startedAtMs: number | undefined;
  /** Since its last start was asked for: whether it was spawned, and how it ended. */
  life: { readonly spawned: boolean; readonly outcome: ExitOutcome | undefined } = NO_LIFE;
  generation: string | undefined;

  readonly #context: ServiceContext;
  #state: ServiceState = 'STOPPED';
  #goal: Goal = new Goal({ wanted: 'down', actor: 'restart-policy', cause: this.cause });
  #worker: Promise<void> | undefined;
  #wakes = 0;
  #startedFromMs = 0;
  #run: Run | undefined;
  #end: RunEnd | undefined;
  #restartAtMs: number | undefined;
  #lastError: Error | undefined;

  constructor(spec: ServiceSpec, context: ServiceContext, kind: 'process' | 'component' = 'process') {
    this.spec = spec;
    this.kind = kind;
    this.#context = context;
    this.view = viewOf(this);
  }

  get name(): string {
    return this.spec.name;
  }

  get state(): ServiceState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#end === undefined ? this.#run?.pid : undefined;
  }

  get run(): Run | undefined {
    return this.#run;
  }

  get uptimeMs(): number | undefined {
    return this.#run === undefined ? undefined : Math.max(0, this.#context.clock.nowMs() - this.#run.startedAtMs);
  }

  /** Somebody wants it up, so that it will start, or start again, by itself. */
  get isWantedUp(): boolean {
    return this.#goal.wanted === 'up';
  }

  /** Whether anything is being done about it right now. */
  get isBusy(): boolean {
    return this.#worker !== undefined && this.#state !== 'BACKOFF';
  }

  /** Puts an intent before the arbiter and resolves with what became of it. */
  async submit(intent: Intent): Promise<IntentResult> {
    const cause: Cause = { actor: intent.actor, reason: intent.reason, plugin: intent.plugin, causedBy: intent.cause };
    const verdict = arbitrate(
      {
        state: this.#state,
        wanted: this.#goal.wanted,
        wantedBy: this.#goal.actor,
        busy: this.isBusy,
        restarting: this.#goal.bounce,
        held: this.held,
        gaveUp: this.ledger.gaveUp,
        shuttingDown: this.#context.isShuttingDown(),
      },
      intent,
    );
    this.#context.emit({
      type: 'intent',
      service: this.name,
      action: intent.action,
      actor: intent.actor,
      outcome: verdict.verdict,
      cause,
    });
    if (intent.actor === 'user' && verdict.verdict !== 'refuse') this.#hold(intent.action);
    switch (verdict.verdict) {
      case 'refuse':
        return { outcome: 'refused', message: verdict.message };
      case 'unchanged':
        return { outcome: 'unchanged', message: verdict.message };
      case 'join':
        return this.#goal.outcome();
      case 'accept':
        return intent.action === 'signal' ? this.#signal(intent) : this.#pursue(intent, cause);
    }
  }

  /** Takes over what an earlier supervisor knew. With a run it lives; without one it is at rest, or ended meanwhile. */
  restore(record: ServiceRecord, run: Run | undefined): void {
    this.ledger.restore(record);
    this.held = record.held;
    this.generation = record.generation;
    const cause: Cause = { actor: 'boot', reason: record.reason ?? 'taken over from an earlier supervisor' };
    if (run === undefined) {
      const atRest = record.state === 'FAILED' || record.state === 'STOPPED';
      if (atRest) {
        this.#state = record.state;
        this.cause = cause;
        this.life = { spawned: record.starts > 0, outcome: record.lastExit?.outcome };
      }
      return;
    }
    this.#goal = new Goal({ wanted: 'up', actor: 'boot', cause });
    this.#bind(run);
    if (record.ready) {
      this.readyAtMs = run.startedAtMs;
      this.#transition('adopted', { actor: 'boot', reason: 'adopted from an earlier supervisor' });
      return;
    }
    this.#transition('start', cause);
    this.#transition('dependencies-satisfied', { actor: 'boot', reason: 'adopted while it was starting' });
    this.#wake();
  }

  /** Resolves when nothing is being done about it. */
  async idle(): Promise<void> {
    while (this.#worker !== undefined) await this.#worker;
  }

  /** Forgets its process without touching it. */
  release(): void {
    this.#goal.abort.abort(new Error('released'));
    this.#run?.release();
  }

  #hold(action: Intent['action']): void {
    if (action === 'stop') this.held = true;
    if (action === 'start' || action === 'restart') {
      this.held = false;
      this.ledger.gaveUp = false;
      this.ledger.consecutiveFailures = 0;
    }
    this.#context.changed(this);
  }

  #signal(intent: Intent): IntentResult {
    const signal = intent.signal ?? 'SIGHUP';
    return this.#run?.signal(signal) === true
      ? { outcome: 'done', message: `sent ${signal}` }
      : { outcome: 'failed', message: 'it has no process' };
  }

  #pursue(intent: Intent, cause: Cause): Promise<IntentResult> {
    const wanted = intent.action === 'stop' ? 'down' : 'up';
    const goal = new Goal({ wanted, actor: intent.actor, cause, bounce: intent.action === 'restart' });
    if (intent.actor === 'reload') {
      this.ledger.gaveUp = false;
      this.ledger.consecutiveFailures = 0;
    }
    this.#restartAtMs = undefined;
    const outcome = goal.outcome();
    this.#goal.yieldTo(goal);
    this.#goal = goal;
    this.#wake();
    return outcome;
  }

  #wake(): void {
    this.#wakes += 1;
    this.#worker ??= this.#drive();
  }

  async #drive(): Promise<void> {
    let seen;
    do {
      seen = this.#wakes;
      try {
        await this.#work();
      } catch (error) {
        this.#note('error', `cannot go on with ${this.name}: ${asError(error).stack ?? String(error)}`);
      }
    } while (seen !== this.#wakes);
    this.#worker = undefined;
  }

  /** One step after the other until the goal is reached; every step leaves a state from which the next one can be chosen. */
  async #work(): Promise<void> {
    for (;;) {
      const goal = this.#goal;
      if (this.#end !== undefined) await this.#concludeUnasked(this.#end);
      else if (this.#run !== undefined && (goal.wanted === 'down' || goal.bounce)) await this.#bringDown(goal);
      else if (goal.wanted === 'down') return this.#rest(goal);
      else if (goal.bounce) this.#restartFromRest(goal);
      else if (this.#run !== undefined && this.#state !== 'STARTING') return this.#reached(goal);
      else if (this.#run !== undefined) await this.#awaitReady(this.#run, goal);
      else if (this.#restartAtMs !== undefined) await this.#backOff(this.#restartAtMs, goal);
      else await this.#bringUp(goal);
    }
  }

  #rest(goal: Goal): void {
    if (this.#state === 'STARTING') {
      this.#transition('stop', goal.cause);
      this.#transition('ended', goal.cause);
    } else {
      this.#transition('stop', goal.cause);
    }
    goal.settle({ outcome: 'done', message: `it is ${this.#state}` });
  }

  #reached(goal: Goal): void {
    goal.settle({ outcome: 'done', message: `it is ${this.#state}` });
  }

  /** A restart was asked for and there is nothing to bring down (any more). */
  #restartFromRest(goal: Goal): void {
    goal.bounce = false;
    if (this.#state === 'STARTING') this.#rest(new Goal({ wanted: 'down', actor: goal.actor, cause: goal.cause }));
    if (goal.actor !== 'probe' && goal.actor !== 'rule') return;
    // An automatic restart spends the same budget as a crash.
    this.ledger.consecutiveFailures += 1;
    this.#schedule(nextAttempt({ ...this.#attempt(), automatic: goal.actor }), goal.cause);
  }

  async #backOff(restartAtMs: number, goal: Goal): Promise<void> {
    const delayMs = restartAtMs - this.#context.clock.nowMs();
    if (delayMs > 0) {
      try {
        await sleep(this.#context.clock, delayMs, goal.abort.signal);
      } catch {
        return;
      }
    }
    this.#restartAtMs = undefined;
    this.ledger.restarts += 1;
    this.#transition('restart-due', this.cause);
  }

  async #bringUp(goal: Goal): Promise<void> {
    const { signal } = goal.abort;
    const { clock } = this.#context;
    if (this.#state !== 'STARTING') {
      const pendingSinceMs = clock.nowMs();
      this.life = NO_LIFE;
      this.#transition('start', goal.cause);
      try {
        await this.#context.awaitDependencies(this, signal);
      } catch (error) {
        if (!signal.aborted) this.#failToStart(error, { event: 'dependencies-failed', goal, final: true });
        return;
      } finally {
        this.waitingFor = [];
      }
      this.ledger.dependencyWaitMs = clock.nowMs() - pendingSinceMs;
      if (signal.aborted) return;
      this.#transition('dependencies-satisfied', goal.cause);
    }
    const context = { generation: this.#context.newGeneration(), cause: goal.cause, signal };
    const leftPendingMs = clock.nowMs();
    this.generation = context.generation;
    this.ledger.completed = false;
    this.ledger.unexpected = false;
    this.ledger.starts += 1;
    try {
      await this.#context.runner.prepare(context);
      if (signal.aborted) return;
      this.#bind(await this.#context.runner.start(context));
    } catch (error) {
      if (!signal.aborted) this.#failToStart(error, { event: 'start-failed', goal, final: isVeto(error) });
      return;
    }
    this.#startedFromMs = leftPendingMs;
    if (this.pid !== undefined) {
      this.#context.emit({ type: 'spawn', service: this.name, pid: this.pid, adopted: false });
    }
    this.#context.changed(this);
  }

  async #awaitReady(run: Run, goal: Goal): Promise<void> {
    const { clock } = this.#context;
    const stage = new AbortController();
    const signal = AbortSignal.any([stage.signal, goal.abort.signal]);
    const timeoutMs = this.spec.startTimeoutMs;
    const timer =
      timeoutMs > 0
        ? clock.setTimer(Math.max(0, run.startedAtMs + timeoutMs - clock.nowMs()), () =>
            stage.abort(new Error(`it was not ready within ${timeoutMs / 1000}s (start_timeout)`)),
          )
        : undefined;
    const ended = run.ended.then(() => 'ended' as const);
    let failure: unknown;
    const ready = run.ready(signal).then(
      () => 'ready' as const,
      (error: unknown) => {
        failure = error;
        return 'failed' as const;
      },
    );
    const result = await Promise.race([ended, ready, aborted(signal)]);
    timer?.cancel();
    this.waitingFor = [];
    if (result === 'ready' && this.#end === undefined && !goal.abort.signal.aborted) {
      this.readyAtMs = clock.nowMs();
      this.ledger.startupMs = this.readyAtMs - (this.#startedFromMs || run.startedAtMs);
      this.#transition('ready', goal.cause);
      this.#context.lifecycle.onReady({ service: this.view, startupMs: this.ledger.startupMs });
      return;
    }
    const takenBack = goal.abort.signal.aborted;
    if (!stage.signal.aborted) stage.abort(new Error('the service is not starting any more'));
    if (takenBack || this.#end !== undefined || result === 'ended') return;
    const reason = result === 'failed' ? failure : (stage.signal.reason as unknown);
    await run.stop({ timeoutMs: this.spec.stopTimeoutMs, hurry: this.#context.hurry() });
    await this.#conclude(await run.ended, { requested: false, error: asError(reason) });
  }

  /** The stop sequence: gate, signal, deadline, force, sweep, pos_script. */
  async #bringDown(goal: Goal): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    const { clock, lifecycle } = this.#context;
    const sinceMs = clock.nowMs();
    this.#transition('stop', goal.cause);
    const hurry = this.#context.hurry();
    const gate = new AbortController();
    const cut = (): void => gate.abort(new Error('the stop goes on'));
    hurry.addEventListener('abort', cut, { once: true });
    void run.ended.then(cut);
    if (hurry.aborted) cut();
    const gated = lifecycle.beforeStop({ service: this.view, cause: goal.cause, signal: gate.signal });
    await Promise.race([gated, aborted(gate.signal)]);
    hurry.removeEventListener('abort', cut);
    this.#context.background(gated);
    await run.stop({ timeoutMs: this.spec.stopTimeoutMs, hurry });
    await this.#conclude(await run.ended, { requested: true });
    this.ledger.shutdownMs = clock.nowMs() - sinceMs;
    this.#context.changed(this);
  }

  async #concludeUnasked(end: RunEnd): Promise<void> {
    await this.#conclude(end, { requested: this.#goal.wanted === 'down' });
  }

  /** Everything that follows the end of a run, asked for or not. */
  async #conclude(end: RunEnd, how: { requested: boolean; error?: Error }): Promise<void> {
    const run = this.#run;
    const goal = this.#goal;
    if (run === undefined) return;
    await run.sweep().catch((error: unknown) => this.#note('error', asError(error).message));
    run.release();
    this.#run = undefined;
    this.#end = undefined;
    this.endedAtMs = this.#context.clock.nowMs();
    const judged = interpretExit({
      code: end.code,
      signal: end.signal,
      uptimeMs: end.uptimeMs,
      requested: how.requested,
      stopSignal: this.spec.stopSignal,
      successExitCodes: this.spec.successExitCodes,
      type: this.spec.type,
    });
    const error = how.error ?? end.error;
    this.#lastError = error;
    const exit: ExitInfo =
      error === undefined ? judged.info : { ...judged.info, outcome: 'failure', failure: true, error: error.message };
    const state = error === undefined ? judged.state : 'FAILED';
    this.ledger.lastExit = exit;
    this.life = { spawned: this.life.spawned, outcome: exit.outcome };
    this.ledger.completed = error === undefined && judged.completed;
    this.ledger.unexpected = error === undefined && judged.unexpected;
    this.#forgetOldFailures();
    this.#context.emit({ type: 'exit', service: this.name, exit });
    this.#context.background(this.#context.lifecycle.onExit({ service: this.view, exit }));
    if (how.requested) {
      await this.#context.runner.finish(exit);
      this.#transition(state === 'FAILED' ? 'ended-badly' : 'ended', this.#goal.cause);
    } else {
      this.#decide({ exit, state, goal, failEvent: 'ended-badly' });
      await this.#context.runner.finish(exit);
    }
    this.readyAtMs = undefined;
    this.#context.background(this.#context.lifecycle.onStop({ service: this.view, exit }));
  }

  /** A start that never came to a process. */
  #failToStart(error: unknown, how: { event: ServiceEvent; goal: Goal; final: boolean }): void {
    this.#lastError = asError(error);
    const { message } = this.#lastError;
    const exit: ExitInfo = {
      code: undefined,
      signal: undefined,
      requested: false,
      uptimeMs: 0,
      outcome: 'failure',
      failure: true,
      error: message,
    };
    this.ledger.lastExit = exit;
    this.life = { spawned: this.life.spawned, outcome: exit.outcome };
    this.endedAtMs = this.#context.clock.nowMs();
    this.#context.emit({ type: 'exit', service: this.name, exit });
    if (how.final) {
      this.ledger.failures += 1;
      this.#transition(how.event, { actor: how.goal.actor, reason: message, causedBy: how.goal.cause });
      this.#giveIn({ actor: 'restart-policy', reason: message }, { spent: false, failure: true });
      return;
    }
    this.#decide({ exit, state: 'FAILED', goal: how.goal, failEvent: how.event });
  }

  /** After an end that nobody asked for: again, or rest. */
  #decide(after: { exit: ExitInfo; state: 'STOPPED' | 'FAILED'; goal: Goal; failEvent: ServiceEvent }): void {
    const { exit } = after;
    const restEvent = after.state === 'FAILED' ? after.failEvent : 'ended';
    if (exit.failure) {
      this.ledger.failures += 1;
      this.ledger.consecutiveFailures += 1;
    }
    const ended: Cause = { actor: 'restart-policy', reason: describeEnd(exit) };
    if (this.#goal !== after.goal) {
      // Somebody wanted something else meanwhile: that decides.
      this.#transition(restEvent, ended);
      return;
    }
    const opinion = this.#context.lifecycle.decideRestart({
      service: this.view,
      exit,
      failures: this.ledger.consecutiveFailures,
    });
    const choice = nextAttempt({ ...this.#attempt(), exit, opinion });
    if (!choice.restart) this.#transition(restEvent, ended);
    this.#schedule(choice, ended, exit.failure);
  }

  #schedule(choice: RestartChoice, cause: Cause, failure = true): void {
    if (!choice.restart) {
      if (choice.gaveUp) this.#transition('gave-up', cause);
      this.#giveIn(
        { actor: 'restart-policy', reason: choice.reason, causedBy: cause },
        { spent: choice.gaveUp, failure },
      );
      return;
    }
    this.#restartAtMs = this.#context.clock.nowMs() + choice.delayMs;
    this.#transition('restart-scheduled', { actor: 'restart-policy', reason: choice.reason, causedBy: cause });
    this.#goal.settle({ outcome: 'failed', message: `${cause.reason}; ${choice.reason}` });
  }

  /** It rests, and nothing automatic will change that. */
  #giveIn(cause: Cause, how: { spent: boolean; failure: boolean }): void {
    const { ledger } = this;
    const previous = this.#goal;
    this.#goal = new Goal({ wanted: 'down', actor: 'restart-policy', cause });
    if (how.spent) {
      ledger.gaveUp = true;
      this.#context.emit({ type: 'gave-up', service: this.name, failures: ledger.consecutiveFailures, cause });
    }
    const message = cause.causedBy?.reason ?? cause.reason;
    previous.settle(
      how.failure ? { outcome: 'failed', message } : { outcome: 'done', message: `it is ${this.#state}` },
    );
    this.#context.changed(this);
    this.#context.restsForGood(this, { cause, failure: how.failure, error: this.#lastError });
  }

  #attempt(): Pick<Parameters<typeof nextAttempt>[0], 'policy' | 'consecutiveFailures' | 'random'> {
    return {
      policy: this.spec.restart,
      consecutiveFailures: this.ledger.consecutiveFailures,
      random: this.#context.random(),
    };
  }

  #forgetOldFailures(): void {
    if (this.readyAtMs === undefined || this.endedAtMs === undefined) return;
    if (this.endedAtMs - this.readyAtMs >= this.spec.restart.resetAfterMs) this.ledger.consecutiveFailures = 0;
  }

  #bind(run: Run): void {
    this.#run = run;
    this.#end = undefined;
    this.startedAtMs = run.startedAtMs;
    this.life = { spawned: true, outcome: this.life.outcome };
    void run.ended.then((end) => {
      if (this.#run !== run) return;
      this.#end = end;
      this.#wake();
    });
  }

  #transition(event: ServiceEvent, cause: Cause): void {
    const from = this.#state;
    const to = transition(from, event);
    if (to === undefined || to === from) return;
    this.#state = to;
    this.cause = cause;
    this.#context.transitioned(this, from, to, cause);
    this.#context.changed(this);
  }

  #note(level: 'info' | 'warn' | 'error', message: string): void {
    this.#context.emit({ type: 'note', level, service: this.name, message });
  }
}

const NO_LIFE: Service['life'] = Object.freeze({ spawned: false, outcome: undefined });

function viewOf(service: Service): ServiceView {
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

function isVeto(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_START_VETOED';
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function aborted(signal: AbortSignal): Promise<'aborted'> {
  if (signal.aborted) return Promise.resolve('aborted');
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'), { once: true }));
}

/** An end in words: `exited with code 1`, `was killed by SIGKILL`. */
export function describeEnd(exit: ExitInfo): string {
  if (exit.error !== undefined) return exit.error;
  if (exit.signal !== undefined) return `was killed by ${exit.signal}`;
  if (exit.code !== undefined) return `exited with code ${exit.code}`;
  return 'ended, its exit code is unknown';
}
