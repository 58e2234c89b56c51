import { type Clock, sleep } from '../clock.ts';
import { TappetError } from '../errors/base.ts';
import type { Dependency } from '../plan/plan.ts';
import { judgeDependency } from '../service/dependency.ts';
import type { ServiceFacts } from '../service/facts.ts';
import type { Service } from '../service/service.ts';

/** What waiting for dependencies needs. */
export interface DependencyContext {
  readonly clock: Clock;
  service(name: string): Service | undefined;
  /** Asks for a dependency that is at rest. */
  pull(dependency: Service, dependent: ServiceFacts): void;
  note(level: 'info' | 'warn', service: string, message: string): void;
  timeoutMs(): number;
}

/** Makes services wait for each other: looks again whenever one of them changes, never by polling. */
export class Dependencies {
  readonly #context: DependencyContext;
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(context: DependencyContext) {
    this.#context = context;
  }

  /** Tells those who wait for a service that something about it is different. */
  changed(name: string): void {
    // A look removes itself from the set, which a set allows while it is walked.
    this.#watchers.get(name)?.forEach((look) => look());
  }

  /** Resolves when every dependency is satisfied and its pause is over. Rejects when one cannot be, or at the time limit. */
  async await(service: ServiceFacts, signal: AbortSignal): Promise<void> {
    const { dependsOn } = service.spec;
    if (dependsOn.length === 0) return;
    const stage = new AbortController();
    const either = AbortSignal.any([stage.signal, signal]);
    const timeoutMs = this.#context.timeoutMs();
    const timer = this.#context.clock.setTimer(timeoutMs, () => stage.abort(this.#tooLate(service, timeoutMs)));
    const waiting = new Map<Dependency, string>();
    const tell = (dependency: Dependency, message: string | undefined): void => {
      if (message === undefined) waiting.delete(dependency);
      else waiting.set(dependency, message);
      service.waitingFor = [...waiting.values()];
    };
    for (const dependency of dependsOn) this.#pull(dependency, service);
    try {
      await Promise.all(dependsOn.map((dependency) => this.#one({ dependency, service, signal: either, tell })));
    } finally {
      timer.cancel();
      stage.abort(new Error('not waiting any more'));
    }
  }

  #pull(dependency: Dependency, dependent: ServiceFacts): void {
    const other = this.#context.service(dependency.service);
    if (other === undefined || !other.spec.enabled || other.held || other.ledger.completed || other.ledger.gaveUp)
      return;
    if ((other.state === 'STOPPED' || other.state === 'FAILED') && !other.isBusy) this.#context.pull(other, dependent);
  }

  async #one(wait: {
    dependency: Dependency;
    service: ServiceFacts;
    signal: AbortSignal;
    tell: (dependency: Dependency, message: string | undefined) => void;
  }): Promise<void> {
    const { dependency, service, signal, tell } = wait;
    const { clock, note } = this.#context;
    let announced: string | undefined;
    for (;;) {
      const satisfied = await this.#satisfied(wait);
      if (satisfied.warning !== undefined) note('warn', service.name, satisfied.warning);
      if (dependency.waitAfterMs <= 0) break;
      const pauseMs = satisfied.sinceMs + dependency.waitAfterMs - clock.nowMs();
      const moment = satisfied.after;
      if (pauseMs > 0) {
        tell(dependency, `${dependency.waitAfterMs / 1000}s after ${dependency.service} ${moment} (wait_after)`);
        if (announced !== moment)
          note('info', service.name, `Waiting ${dependency.waitAfterMs / 1000}s after ${dependency.service} ${moment}`);
        announced = moment;
        await sleep(clock, pauseMs, signal);
      }
      // It may have restarted, or come to its end, while the pause ran: then the pause counts from there.
      const again = this.#look(dependency);
      if (again.verdict === 'satisfied' && again.sinceMs === satisfied.sinceMs) break;
    }
    tell(dependency, undefined);
  }

  async #satisfied(wait: {
    dependency: Dependency;
    service: ServiceFacts;
    signal: AbortSignal;
    tell: (dependency: Dependency, message: string | undefined) => void;
  }): Promise<{ sinceMs: number; after: string; warning: string | undefined }> {
    const { dependency, signal, tell } = wait;
    for (;;) {
      if (signal.aborted) throw signal.reason;
      const seen = this.#look(dependency);
      if (seen.verdict === 'satisfied') return seen;
      if (seen.verdict === 'impossible') {
        throw new TappetError(`cannot start ${wait.service.name}: ${seen.message}`, {
          code: 'ERR_DEPENDENCY',
          hint: `"tappet why ${dependency.service}" tells what happened to it`,
        });
      }
      tell(dependency, seen.message);
      await this.#change(dependency.service, signal);
    }
  }

  #look(dependency: Dependency): {
    verdict: 'satisfied' | 'waiting' | 'impossible';
    message: string;
    warning: string | undefined;
    sinceMs: number;
    after: string;
  } {
    const other = this.#context.service(dependency.service);
    if (other === undefined) {
      const message = `${dependency.service} is not in the plan any more`;
      return { verdict: 'impossible', message, warning: undefined, sinceMs: 0, after: '' };
    }
    const judged = judgeDependency(dependency, {
      name: other.name,
      type: other.spec.type,
      enabled: other.spec.enabled,
      required: other.spec.required,
      state: other.state,
      started: other.life.spawned,
      lastOutcome: other.life.outcome,
      settled: ended(other) && !other.isWantedUp,
    });
    const isOver = ended(other);
    const moment = isOver
      ? other.endedAtMs
      : dependency.condition === 'started'
        ? other.startedAtMs
        : (other.readyAtMs ?? other.startedAtMs);
    return {
      verdict: judged.verdict,
      message: judged.message,
      warning: judged.warning,
      // Nothing has happened to count from: no pause.
      sinceMs: moment ?? -Infinity,
      after: isOver ? 'completion' : 'startup',
    };
  }

  #change(name: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const watchers = this.#watchers.get(name) ?? new Set();
      this.#watchers.set(name, watchers);
      const done = (): void => {
        watchers.delete(look);
        signal.removeEventListener('abort', abort);
      };
      function look(): void {
        done();
        resolve();
      }
      function abort(): void {
        done();
        reject(signal.reason as Error);
      }
      watchers.add(look);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  #tooLate(service: ServiceFacts, timeoutMs: number): TappetError {
    return new TappetError(
      `cannot start ${service.name}: after ${timeoutMs / 1000}s it still waits for ${service.waitingFor.join(', ')}`,
      { code: 'ERR_DEPENDENCY', hint: 'timeouts.dependency_wait_timeout sets the limit' },
    );
  }
}

function ended({ state }: ServiceFacts): boolean {
  return state === 'STOPPED' || state === 'FAILED';
}
