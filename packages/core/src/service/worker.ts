import { aborted } from '../aborted.ts';
import { sleep } from '../clock.ts';
import { attemptOf, conclude, failToStart, schedule } from './aftermath.ts';
import { NO_LIFE } from './facts.ts';
import type { Goal } from './goal.ts';
import { nextAttempt } from './next-attempt.ts';
import { Pursuit } from './pursuit.ts';
import { asError, watchReadiness } from './readiness-watch.ts';
import type { Run } from './runner.ts';

/**
 * Brings one service to the goal accepted last, one step at a time. Each step leaves a state from which the next one can
 * be chosen, so that a new goal, the end of a process or a timer may come at any moment.
 */
export class Worker extends Pursuit {
  #leftPendingMs: number | undefined;
  #working: Promise<void> | undefined;
  #wakes = 0;

  /** Whether anything is being done right now. Waiting for a restart is not. */
  get isBusy(): boolean {
    return this.#working !== undefined && this.service.state !== 'BACKOFF';
  }

  /** Replaces the goal. */
  pursue(goal: Goal): void {
    const previous = this.goal;
    this.goal = goal;
    previous.yieldTo(goal);
    this.restartAtMs = undefined;
    this.wake();
  }

  /** Takes a run over that exists already. */
  takeOver(run: Run, goal: Goal): void {
    this.goal = goal;
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

  async #drive(): Promise<void> {
    let seen;
    do {
      seen = this.#wakes;
      try {
        await this.#work();
      } catch (error) {
        this.note('error', `cannot go on with ${this.service.name}: ${asError(error).stack ?? String(error)}`);
      }
    } while (seen !== this.#wakes);
    this.#working = undefined;
  }

  async #work(): Promise<void> {
    for (;;) {
      const goal = this.goal;
      const { run, state } = this.service;
      if (this.end !== undefined) await conclude(this, { end: this.end, requested: goal.wanted === 'down' });
      else if (run !== undefined && (goal.wanted === 'down' || goal.bounce)) await this.#bringDown(run, goal);
      else if (goal.wanted === 'down') return this.#rest(goal);
      else if (goal.bounce) this.#bounceBack(goal);
      else if (run !== undefined && state !== 'STARTING')
        return goal.settle({ outcome: 'done', message: `it is ${state}` });
      else if (run !== undefined) await this.#awaitReady(run, goal);
      else if (this.restartAtMs !== undefined) await this.#backOff(this.restartAtMs, goal);
      else await this.#bringUp(goal);
    }
  }

  #rest(goal: Goal): void {
    this.service.transition('stop', goal.cause);
    // A start that never came to a process has nothing to wait for.
    this.service.transition('ended', goal.cause);
    goal.settle({ outcome: 'done', message: `it is ${this.service.state}` });
  }

  /** A restart was asked for and there is nothing to bring down (any more). */
  #bounceBack(goal: Goal): void {
    goal.bounce = false;
    if (this.service.state === 'STARTING') {
      this.service.transition('stop', goal.cause);
      this.service.transition('ended', goal.cause);
    }
    if (goal.actor !== 'probe' && goal.actor !== 'rule') return;
    // An automatic restart spends the same budget as a crash.
    this.service.ledger.consecutiveFailures += 1;
    const choice = nextAttempt({ ...attemptOf(this), automatic: goal.actor });
    schedule(this, { choice, cause: goal.cause, failure: true });
  }

  async #backOff(restartAtMs: number, goal: Goal): Promise<void> {
    const delayMs = restartAtMs - this.context.clock.nowMs();
    try {
      if (delayMs > 0) await sleep(this.context.clock, delayMs, goal.abort.signal);
    } catch {
      return;
    }
    this.restartAtMs = undefined;
    this.service.ledger.restarts += 1;
    this.service.transition('restart-due', this.service.cause);
  }

  async #bringUp(goal: Goal): Promise<void> {
    const service = this.service;
    const { clock, runner } = this.context;
    const { signal } = goal.abort;
    if (service.state !== 'STARTING' && !(await this.#waitForDependencies(goal))) return;
    const generation = this.context.newGeneration();
    this.#leftPendingMs = clock.nowMs();
    service.generation = generation;
    service.ledger.beginStart();
    const context = { generation, cause: goal.cause, signal };
    try {
      await runner.prepare(context);
      if (signal.aborted) return;
      this.#bind(await runner.start(context));
    } catch (error) {
      if (!signal.aborted)
        failToStart(this, { error: asError(error), event: 'start-failed', goal, final: isVeto(error) });
      return;
    }
    if (service.pid !== undefined) {
      this.context.emit({ type: 'spawn', service: service.name, pid: service.pid, adopted: false });
    }
    this.context.changed(service);
  }

  /** False: it is not to be started now. */
  async #waitForDependencies(goal: Goal): Promise<boolean> {
    const service = this.service;
    const { clock } = this.context;
    const sinceMs = clock.nowMs();
    service.life = NO_LIFE;
    service.transition('start', goal.cause);
    try {
      await this.context.awaitDependencies(service, goal.abort.signal);
    } catch (error) {
      const { aborted } = goal.abort.signal;
      if (!aborted) failToStart(this, { error: asError(error), event: 'dependencies-failed', goal, final: true });
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
    const service = this.service;
    const { clock } = this.context;
    const watched = await watchReadiness(run, {
      clock,
      timeoutMs: service.spec.startTimeoutMs,
      takenBack: goal.abort.signal,
    });
    service.waitingFor = [];
    if (this.end !== undefined || watched.result === 'over') return;
    if (watched.result === 'failed') {
      await run.stop({ timeoutMs: service.spec.stopTimeoutMs, hurry: this.context.hurry() });
      await conclude(this, { end: await run.ended, requested: false, error: watched.error });
      return;
    }
    service.readyAtMs = clock.nowMs();
    const startupMs = service.readyAtMs - (this.#leftPendingMs ?? run.startedAtMs);
    service.ledger.startupMs = startupMs;
    service.transition('ready', { actor: goal.actor, reason: 'ready', causedBy: service.cause });
    this.context.lifecycle.onReady({ service: service.view, startupMs });
  }

  /** The stop sequence: gate, signal, deadline, force, sweep, pos_script. */
  async #bringDown(run: Run, goal: Goal): Promise<void> {
    const service = this.service;
    const { clock, lifecycle } = this.context;
    const sinceMs = clock.nowMs();
    service.transition('stop', goal.cause);
    const hurry = this.context.hurry();
    const gate = new AbortController();
    const cut = (): void => gate.abort(new Error('the stop goes on'));
    hurry.addEventListener('abort', cut, { once: true });
    void run.ended.then(cut);
    if (hurry.aborted) cut();
    const gated = lifecycle.beforeStop({ service: service.view, cause: goal.cause, signal: gate.signal });
    await Promise.race([gated, aborted(gate.signal)]);
    hurry.removeEventListener('abort', cut);
    this.context.background(gated);
    await run.stop({ timeoutMs: service.spec.stopTimeoutMs, hurry });
    await conclude(this, { end: await run.ended, requested: true });
    service.ledger.shutdownMs = clock.nowMs() - sinceMs;
    this.context.changed(service);
  }

  #bind(run: Run): void {
    const service = this.service;
    service.run = run;
    service.isRunAlive = true;
    service.startedAtMs = run.startedAtMs;
    service.life = { spawned: true, outcome: service.life.outcome };
    this.end = undefined;
    void run.ended.then((end) => {
      if (service.run !== run) return;
      service.isRunAlive = false;
      this.end = end;
      this.wake();
    });
  }
}

function isVeto(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_START_VETOED';
}
