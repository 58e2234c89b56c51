import { setMaxListeners } from 'node:events';
import { aborted } from '../aborted.ts';
import type { Clock } from '../clock.ts';
import { TappetError } from '../errors/base.ts';
import type { Lifecycle } from '../hooks/lifecycle.ts';
import { type Cause, formatCause } from '../service/cause.ts';
import type { ServiceFacts } from '../service/facts.ts';
import type { Background } from './background.ts';
import type { NewEvent } from './events.ts';
import type { Fleet } from './fleet.ts';
import type { SupervisorExit } from './options.ts';
import { stopInReverse } from './shutdown.ts';

/** What going down needs. */
export interface DescentContext {
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
  readonly fleet: Fleet;
  readonly background: Background;
  /** Grows while it goes down. */
  readonly errors: Error[];
  /** Limit on the whole, 0 for none. */
  limitMs(): number;
  emit(event: NewEvent): void;
  /** It has begun: what survives this process must know. */
  begun(): void;
  /** Resolves when a start that is under way is over. */
  started(): Promise<unknown>;
  /** Gives back whatever is held. */
  close(): Promise<void>;
}

/** The one way down of a supervisor: hooks, services in reverse order, resources. Happens once, whoever asks how often. */
export class Descent {
  readonly #context: DescentContext;
  readonly #hurry = new AbortController();
  readonly #exit = Promise.withResolvers<SupervisorExit>();
  #reason: { readonly cause: Cause; exitCode: number } | undefined;

  constructor(context: DescentContext) {
    this.#context = context;
    // One listener a stopping service: the default warning at 10 is about leaks, and these are removed.
    setMaxListeners(0, this.#hurry.signal);
  }

  /** Undefined while nobody asked for it. */
  get reason(): { readonly cause: Cause; readonly exitCode: number } | undefined {
    return this.#reason;
  }

  /** Aborts when stops must not take their time any more. */
  get hurried(): AbortSignal {
    return this.#hurry.signal;
  }

  get ended(): Promise<SupervisorExit> {
    return this.#exit.promise;
  }

  hurry(): void {
    this.#hurry.abort(new Error('the shutdown was hurried'));
  }

  /** Begins. Once it has begun, only a failure still changes an exit code that was 0. */
  begin(cause: Cause, exitCode: number): void {
    if (this.#reason !== undefined) {
      if (this.#reason.exitCode === 0) this.#reason.exitCode = exitCode;
      return;
    }
    this.#reason = { cause, exitCode };
    this.#context.emit({ type: 'shutdown', cause, exitCode });
    this.#context.begun();
    void this.#go(cause, exitCode)
      .catch((error: unknown) => this.#context.errors.push(error instanceof Error ? error : new Error(String(error))))
      .finally(() => this.#finish(cause));
  }

  /** Nothing automatic will start this service again: what lives by it goes down. */
  restsForGood(service: ServiceFacts, end: { cause: Cause; failure: boolean; error: Error | undefined }): void {
    const { cause, failure, error } = end;
    const { errors } = this.#context;
    if (service.kind === 'component') {
      if (error !== undefined) errors.push(error);
      const reason = failure ? `component ${service.name} has failed` : `component ${service.name} has ended`;
      this.begin({ actor: 'shutdown', reason, causedBy: cause }, failure ? 1 : 0);
      return;
    }
    if (!failure || !service.spec.required || this.#reason !== undefined) return;
    const reason = `required service ${service.name} has failed`;
    errors.push(error ?? new TappetError(`${reason}: ${formatCause(cause)}`, { code: 'ERR_REQUIRED_FAILED' }));
    this.#note('error', `CRITICAL: Required service '${service.name}' has failed`, service.name);
    this.#note('error', 'System cannot continue without this service', service.name);
    this.#note('error', 'Initiating graceful shutdown due to critical service failure');
    this.begin({ actor: 'shutdown', reason, causedBy: cause }, 1);
  }

  async #go(cause: Cause, exitCode: number): Promise<void> {
    const { background, clock, fleet, lifecycle } = this.#context;
    // A start that is under way finishes first, or there would be services that nobody stops.
    await this.#context.started();
    const services = fleet.all();
    const limitMs = this.#context.limitMs();
    // Components set their own limits; the limit on the whole is about processes.
    const hasLimit = limitMs > 0 && services.some(({ kind }) => kind === 'process');
    const deadline = hasLimit ? clock.setTimer(Math.max(0, limitMs - LAST_SECOND_MS), () => this.hurry()) : undefined;
    const hooks = lifecycle.onShutdown({ cause, exitCode, signal: this.hurried });
    await Promise.race([hooks, aborted(this.hurried)]);
    await stopInReverse(services, cause);
    deadline?.cancel();
    this.#note('info', 'Releasing resources...');
    await Promise.race([background.settled(), aborted(this.hurried)]);
    await this.#context.close();
  }

  #note(level: 'info' | 'error', message: string, service?: string): void {
    this.#context.emit({ type: 'note', level, service, message });
  }

  #finish(cause: Cause): void {
    this.#exit.resolve({ exitCode: this.#reason?.exitCode ?? 0, reason: cause.reason, errors: this.#context.errors });
  }
}

/** The last part of the limit, kept for SIGKILL and cleaning up. */
const LAST_SECOND_MS = 1000;
