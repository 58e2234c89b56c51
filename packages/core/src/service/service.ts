import type { ServiceSpec } from '../plan/plan.ts';
import type { ServiceRecord } from '../store/contract.ts';
import type { Cause } from './cause.ts';
import { arbitrate } from './arbiter.ts';
import { type ServiceContext, ServiceFacts } from './facts.ts';
import { Goal } from './goal.ts';
import type { Intent, IntentResult } from './intent.ts';
import type { Run } from './runner.ts';
import { Worker } from './worker.ts';

/**
 * One service. Everything that wants something of it submits an intent to its arbiter; its worker brings it to the goal
 * accepted last; everything that happens to it becomes an event of the transition table.
 */
export class Service extends ServiceFacts {
  readonly #worker: Worker;

  constructor(spec: ServiceSpec, context: ServiceContext, kind: 'process' | 'component' = 'process') {
    super(spec, context, kind);
    this.#worker = new Worker(this, context);
  }

  /** Whether anything is being done about it right now. */
  get isBusy(): boolean {
    return this.#worker.isBusy;
  }

  /** Puts an intent before the arbiter and resolves with what became of it. */
  async submit(intent: Intent): Promise<IntentResult> {
    const { action, actor, reason, plugin } = intent;
    const cause: Cause = { actor, reason, plugin, causedBy: intent.cause };
    const { goal, isBusy } = this.#worker;
    const facts = {
      state: this.state,
      wanted: goal.wanted,
      wantedBy: goal.actor,
      busy: isBusy,
      restarting: goal.bounce,
      held: this.held,
      gaveUp: this.ledger.gaveUp,
      shuttingDown: this.context.isShuttingDown(),
    };
    const verdict = arbitrate(facts, intent);
    this.context.emit({ type: 'intent', service: this.name, action, actor, outcome: verdict.verdict, cause });
    if (verdict.verdict === 'refuse') return { outcome: 'refused', message: verdict.message };
    this.#remember(intent);
    if (verdict.verdict === 'unchanged') return { outcome: 'unchanged', message: verdict.message };
    if (verdict.verdict === 'join') return goal.outcome();
    if (action === 'signal') return this.#signal(intent.signal ?? 'SIGHUP');
    const next = new Goal({ wanted: action === 'stop' ? 'down' : 'up', actor, cause, bounce: action === 'restart' });
    const outcome = next.outcome();
    this.#worker.pursue(next);
    return outcome;
  }

  /** Takes over what an earlier supervisor knew. With a run it lives; without one it is at rest, or was on its way up. */
  restore(record: ServiceRecord, run: Run | undefined): void {
    this.ledger.restore(record);
    this.held = record.held;
    this.generation = record.generation;
    const cause: Cause = { actor: 'boot', reason: record.reason ?? 'taken over from an earlier supervisor' };
    if (run === undefined) {
      if (record.state !== 'FAILED' && record.state !== 'STOPPED') return;
      this.resumeState(record.state, cause);
      this.life = { spawned: record.starts > 0, outcome: record.lastExit?.outcome };
      return;
    }
    this.#worker.takeOver(run, new Goal({ wanted: 'up', actor: 'boot', cause }));
    if (record.ready) {
      this.readyAtMs = run.startedAtMs;
      this.transition('adopted', { actor: 'boot', reason: 'adopted from an earlier supervisor' });
      return;
    }
    this.transition('start', cause);
    this.transition('dependencies-satisfied', { actor: 'boot', reason: 'adopted while it was starting' });
    this.#worker.wake();
  }

  /** Resolves when nothing is being done about it. */
  idle(): Promise<void> {
    return this.#worker.idle();
  }

  /** What an accepted intent of a user or a reload changes besides the goal. */
  #remember({ action, actor }: Intent): void {
    if (actor !== 'user' && actor !== 'reload') return;
    if (actor === 'user' && action !== 'signal') this.held = action === 'stop';
    if (action === 'start' || action === 'restart') this.ledger.forgive();
    this.context.changed(this);
  }

  #signal(signal: NodeJS.Signals): IntentResult {
    return this.run?.signal(signal) === true
      ? { outcome: 'done', message: `sent ${signal}` }
      : { outcome: 'failed', message: 'it has no process' };
  }
}
