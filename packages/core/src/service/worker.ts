import { aborted } from '../aborted.ts';
import { sleep } from '../clock.ts';
import type { Cause } from './cause.ts';
import type { ExitInfo } from './exit.ts';
import { interpretExit } from './exit-status.ts';
import { describeEnd } from './exit-text.ts';
import { NO_LIFE, type ServiceContext, type ServiceFacts } from './facts.ts';
import { Goal } from './goal.ts';
import { nextAttempt, type RestartChoice } from './next-attempt.ts';
import { asError, watchReadiness } from './readiness-watch.ts';
import type { Run, RunEnd } from './runner.ts';
import type { ServiceEvent } from './state.ts';

/**
 * Brings one service to the goal accepted last, one step at a time. Each step leaves a state from which the next one can
 * be chosen, so that a new goal, the end of a process or a timer may come at any moment.
 */
export class Worker {
  readonly #service: ServiceFacts;
  readonly #context: ServiceContext;
  #goal: Goal;
  #end: RunEnd | undefined;
  #restartAtMs: number | undefined;
  #leftPendingMs: number | undefined;
  #working: Promise<void> | undefined;
  #wakes = 0;

  constructor(service: ServiceFacts, context: ServiceContext) {
    this.#service = service;
    this.#context = context;
    this.#goal = new Goal({ wanted: 'down', actor: 'restart-policy', cause: service.cause });
  }

  get goal(): Goal {
    return this.#goal;
  }

  /** Whether anything is being done right now. Waiting for a restart is not. */
  get isBusy(): boolean {
    return this.#working !== undefined && this.#service.state !== 'BACKOFF';
  }

  /** Replaces the goal. */
  pursue(goal: Goal): void {
    const previous = this.#goal;
    this.#setGoal(goal);
    previous.yieldTo(goal);
    this.#restartAtMs = undefined;
    this.wake();
  }

  /** Takes a run over that exists already. */
  takeOver(run: Run, goal: Goal): void {
    this.#setGoal(goal);
    this.#bind(run);
  }

  wake(): void {
    this.#wakes += 1;
    this.#working ??= this.#drive();
  }

  /** Resolves when nothing is being done. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  #setGoal(goal: Goal): void {
    this.#goal = goal;
    this.#service.isWantedUp = goal.wanted === 'up';
  }

  async #drive(): Promise<void> {
    let seen;
    do {
      seen = this.#wakes;
      try {
        await this.#work();
      } catch (error) {
        this.#note('error', `cannot go on with ${this.#service.name}: ${asError(error).stack ?? String(error)}`);
      }
    } while (seen !== this.#wakes);
    this.#working = undefined;
  }

  async #work(): Promise<void> {
    for (;;) {
      const goal = this.#goal;
      const { run, state } = this.#service;
      if (this.#end !== undefined) await this.#conclude(this.#end, { requested: goal.wanted === 'down' });
      else if (run !== undefined && (goal.wanted === 'down' || goal.bounce)) await this.#bringDown(run, goal);
      else if (goal.wanted === 'down') return this.#rest(goal);
      else if (goal.bounce) this.#bounceBack(goal);
      else if (run !== undefined && state !== 'STARTING')
        return goal.settle({ outcome: 'done', message: `it is ${state}` });
      else if (run !== undefined) await this.#awaitReady(run, goal);
      else if (this.#restartAtMs !== undefined) await this.#backOff(this.#restartAtMs, goal);
      else await this.#bringUp(goal);
    }
  }

  #rest(goal: Goal): void {
    this.#service.transition('stop', goal.cause);
    // A start that never came to a process has nothing to wait for.
    this.#service.transition('ended', goal.cause);
    goal.settle({ outcome: 'done', message: `it is ${this.#service.state}` });
  }

  /** A restart was asked for and there is nothing to bring down (any more). */
  #bounceBack(goal: Goal): void {
    goal.bounce = false;
    if (this.#service.state === 'STARTING') {
      this.#service.transition('stop', goal.cause);
      this.#service.transition('ended', goal.cause);
    }
    if (goal.actor !== 'probe' && goal.actor !== 'rule') return;
    // An automatic restart spends the same budget as a crash.
    this.#service.ledger.consecutiveFailures += 1;
    this.#schedule(nextAttempt({ ...this.#attempt(), automatic: goal.actor }), { cause: goal.cause, failure: true });
  }

  async #backOff(restartAtMs: number, goal: Goal): Promise<void> {
    const delayMs = restartAtMs - this.#context.clock.nowMs();
    try {
      if (delayMs > 0) await sleep(this.#context.clock, delayMs, goal.abort.signal);
    } catch {
      return;
    }
    this.#restartAtMs = undefined;
    this.#service.ledger.restarts += 1;
    this.#service.transition('restart-due', this.#service.cause);
  }

  async #bringUp(goal: Goal): Promise<void> {
    const service = this.#service;
    const { clock, runner } = this.#context;
    const { signal } = goal.abort;
    if (service.state !== 'STARTING' && !(await this.#waitForDependencies(goal))) return;
    const generation = this.#context.newGeneration();
    this.#leftPendingMs = clock.nowMs();
    service.generation = generation;
    service.ledger.beginStart();
    const context = { generation, cause: goal.cause, signal };
    try {
      await runner.prepare(context);
      if (signal.aborted) return;
      this.#bind(await runner.start(context));
    } catch (error) {
      if (!signal.aborted) this.#failToStart(asError(error), { event: 'start-failed', goal, final: isVeto(error) });
      return;
    }
    if (service.pid !== undefined) {
      this.#context.emit({ type: 'spawn', service: service.name, pid: service.pid, adopted: false });
    }
    this.#context.changed(service);
  }

  /** False: it is not to be started now. */
  async #waitForDependencies(goal: Goal): Promise<boolean> {
    const service = this.#service;
    const { clock } = this.#context;
    const sinceMs = clock.nowMs();
    service.life = NO_LIFE;
    service.transition('start', goal.cause);
    try {
      await this.#context.awaitDependencies(service, goal.abort.signal);
    } catch (error) {
      const { aborted } = goal.abort.signal;
      if (!aborted) this.#failToStart(asError(error), { event: 'dependencies-failed', goal, final: true });
      return false;
    } finally {
      service.waitingFor = [];
    }
    if (goal.abort.signal.aborted) return false;
    service.ledger.dependencyWaitMs = clock.nowMs() - sinceMs;
    service.transition('dependencies-satisfied', goal.cause);
    return true;
  }

  async #awaitReady(run: Run, goal: Goal): Promise<void> {
    const service = this.#service;
    const { clock } = this.#context;
    const watched = await watchReadiness(run, {
      clock,
      timeoutMs: service.spec.startTimeoutMs,
      takenBack: goal.abort.signal,
    });
    service.waitingFor = [];
    if (this.#end !== undefined || watched.result === 'over') return;
    if (watched.result === 'failed') {
      await run.stop({ timeoutMs: service.spec.stopTimeoutMs, hurry: this.#context.hurry() });
      await this.#conclude(await run.ended, { requested: false, error: watched.error });
      return;
    }
    service.readyAtMs = clock.nowMs();
    const startupMs = service.readyAtMs - (this.#leftPendingMs ?? run.startedAtMs);
    service.ledger.startupMs = startupMs;
    service.transition('ready', { actor: goal.actor, reason: 'ready', causedBy: service.cause });
    this.#context.lifecycle.onReady({ service: service.view, startupMs });
  }

  /** The stop sequence: gate, signal, deadline, force, sweep, pos_script. */
  async #bringDown(run: Run, goal: Goal): Promise<void> {
    const service = this.#service;
    const { clock, lifecycle } = this.#context;
    const sinceMs = clock.nowMs();
    service.transition('stop', goal.cause);
    const hurry = this.#context.hurry();
    const gate = new AbortController();
    const cut = (): void => gate.abort(new Error('the stop goes on'));
    hurry.addEventListener('abort', cut, { once: true });
    void run.ended.then(cut);
    if (hurry.aborted) cut();
    const gated = lifecycle.beforeStop({ service: service.view, cause: goal.cause, signal: gate.signal });
    await Promise.race([gated, aborted(gate.signal)]);
    hurry.removeEventListener('abort', cut);
    this.#context.background(gated);
    await run.stop({ timeoutMs: service.spec.stopTimeoutMs, hurry });
    await this.#conclude(await run.ended, { requested: true });
    service.ledger.shutdownMs = clock.nowMs() - sinceMs;
    this.#context.changed(service);
  }

  /** Everything that follows the end of a run, asked for or not. */
  async #conclude(end: RunEnd, how: { requested: boolean; error?: Error }): Promise<void> {
    const service = this.#service;
    const { lifecycle, runner, clock } = this.#context;
    const { run } = service;
    const goal = this.#goal;
    if (run === undefined) return;
    await run.sweep().catch((error: unknown) => this.#note('error', asError(error).message));
    run.release();
    service.run = undefined;
    this.#end = undefined;
    service.endedAtMs = clock.nowMs();
    const error = how.error ?? end.error;
    const judged = interpretExit({
      code: end.code,
      signal: end.signal,
      uptimeMs: end.uptimeMs,
      requested: how.requested,
      stopSignal: service.spec.stopSignal,
      successExitCodes: service.spec.successExitCodes,
      type: service.spec.type,
      error: error?.message,
    });
    const exit = judged.info;
    service.ledger.endRun(
      judged,
      service.readyAtMs === undefined ? 0 : service.endedAtMs - service.readyAtMs,
      service.spec,
    );
    service.life = { spawned: true, outcome: exit.outcome };
    service.readyAtMs = undefined;
    this.#context.emit({ type: 'exit', service: service.name, exit });
    this.#context.background(lifecycle.onExit({ service: service.view, exit }));
    if (how.requested) {
      await runner.finish(exit);
      service.transition(judged.state === 'FAILED' ? 'ended-badly' : 'ended', goal.cause);
    } else {
      const restEvent = judged.state === 'FAILED' ? 'ended-badly' : 'ended';
      this.#decide({ exit, restEvent, goal, error });
      await runner.finish(exit);
    }
    this.#context.background(lifecycle.onStop({ service: service.view, exit }));
  }

  /** A start that never came to a process. `final`: no restart policy applies, because somebody said no. */
  #failToStart(error: Error, how: { event: ServiceEvent; goal: Goal; final: boolean }): void {
    const service = this.#service;
    const exit: ExitInfo = { ...NO_PROCESS, error: error.message };
    service.ledger.lastExit = exit;
    service.life = { spawned: service.life.spawned, outcome: 'failure' };
    service.endedAtMs = this.#context.clock.nowMs();
    this.#context.emit({ type: 'exit', service: service.name, exit });
    if (!how.final) {
      this.#decide({ exit, restEvent: how.event, goal: how.goal, error });
      return;
    }
    service.ledger.failures += 1;
    service.transition(how.event, { actor: how.goal.actor, reason: error.message, causedBy: how.goal.cause });
    this.#giveIn({ actor: 'restart-policy', reason: error.message }, { spent: false, failure: true, error });
  }

  /** After an end that nobody asked for: again, or rest. */
  #decide(after: { exit: ExitInfo; restEvent: ServiceEvent; goal: Goal; error: Error | undefined }): void {
    const { exit, restEvent, error } = after;
    const service = this.#service;
    if (exit.failure) service.ledger.countFailure();
    const cause: Cause = { actor: 'restart-policy', reason: describeEnd(exit) };
    if (this.#goal !== after.goal) {
      // Somebody wanted something else meanwhile: that decides.
      service.transition(restEvent, cause);
      return;
    }
    const failures = service.ledger.consecutiveFailures;
    const opinion = this.#context.lifecycle.decideRestart({ service: service.view, exit, failures });
    const choice = nextAttempt({ ...this.#attempt(), exit, opinion });
    const isTold = opinion !== undefined || (!choice.restart && choice.gaveUp);
    if (!choice.restart) service.transition(restEvent, isTold ? because(choice.reason, cause) : cause);
    this.#schedule(choice, { cause, failure: exit.failure, error });
  }

  #schedule(choice: RestartChoice, after: { cause: Cause; failure: boolean; error?: Error | undefined }): void {
    const { cause, failure, error } = after;
    if (!choice.restart) {
      if (choice.gaveUp) this.#service.transition('gave-up', cause);
      this.#giveIn(because(choice.reason, cause), { spent: choice.gaveUp, failure, error });
      return;
    }
    this.#restartAtMs = this.#context.clock.nowMs() + choice.delayMs;
    this.#service.transition('restart-scheduled', because(choice.reason, cause));
    // An automatic restart goes on to be that goal; whoever waits for a start hears that this attempt failed.
    if (choice.delayMs > 0 || error !== undefined)
      this.#goal.settle({ outcome: 'failed', message: `${cause.reason}; ${choice.reason}` });
  }

  /** It rests, and nothing automatic will change that. */
  #giveIn(cause: Cause, how: { spent: boolean; failure: boolean; error: Error | undefined }): void {
    const service = this.#service;
    const previous = this.#goal;
    this.#setGoal(new Goal({ wanted: 'down', actor: 'restart-policy', cause }));
    if (how.spent) {
      service.ledger.gaveUp = true;
      const failures = service.ledger.consecutiveFailures;
      this.#context.emit({ type: 'gave-up', service: service.name, failures, cause });
    }
    const message = cause.causedBy?.reason ?? cause.reason;
    previous.settle(
      how.failure ? { outcome: 'failed', message } : { outcome: 'done', message: `it is ${service.state}` },
    );
    this.#context.changed(service);
    this.#context.restsForGood(service, { cause, failure: how.failure, error: how.error });
  }

  #attempt(): Pick<Parameters<typeof nextAttempt>[0], 'policy' | 'consecutiveFailures' | 'random'> {
    const { spec, ledger } = this.#service;
    return { policy: spec.restart, consecutiveFailures: ledger.consecutiveFailures, random: this.#context.random() };
  }

  #bind(run: Run): void {
    const service = this.#service;
    service.run = run;
    service.isRunAlive = true;
    service.startedAtMs = run.startedAtMs;
    service.life = { spawned: true, outcome: service.life.outcome };
    this.#end = undefined;
    void run.ended.then((end) => {
      if (service.run !== run) return;
      service.isRunAlive = false;
      this.#end = end;
      this.wake();
    });
  }

  #note(level: 'info' | 'warn' | 'error', message: string): void {
    this.#context.emit({ type: 'note', level, service: this.#service.name, message });
  }
}

/** The end of a start that never came to a process. */
const NO_PROCESS: Omit<ExitInfo, 'error'> = Object.freeze({
  code: undefined,
  signal: undefined,
  requested: false,
  uptimeMs: 0,
  outcome: 'failure',
  failure: true,
});

function because(reason: string, causedBy: Cause): Cause {
  return { actor: 'restart-policy', reason, causedBy };
}

function isVeto(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_START_VETOED';
}
