import { type Clock, sleep } from '../clock.ts';
import { StopTimeoutError, TappetError } from '../errors/base.ts';
import type { ServiceView } from '../hooks/events.ts';
import type { Lifecycle } from '../hooks/lifecycle.ts';
import type { Run, RunEnd, Runner, StartContext } from '../service/runner.ts';
import { boundedCall } from './bounded-call.ts';
import type { Component, LaunchOptions, RunComponent, StartStopComponent } from './component.ts';

/** What a runner of components needs. */
export interface ComponentRunnerContext {
  readonly name: string;
  readonly component: Component;
  readonly options: LaunchOptions;
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
  readonly view: () => ServiceView;
  /** An error that does not end the component's life but must not be lost: an abandoned call. */
  readonly failed: (error: Error) => void;
}

/** Brings an in-process component to life on the same state machine as the processes. */
export class ComponentRunner implements Runner {
  readonly #context: ComponentRunnerContext;

  constructor(context: ComponentRunnerContext) {
    this.#context = context;
  }

  async prepare({ cause, signal }: StartContext): Promise<void> {
    await this.#context.lifecycle.beforeStart({ service: this.#context.view(), cause, signal });
  }

  async start({ signal }: StartContext): Promise<Run> {
    const { component } = this.#context;
    return 'run' in component ? this.#running(component) : this.#started(component, signal);
  }

  async finish(): Promise<void> {}

  #running(component: RunComponent): Run {
    const { name, clock, options, failed } = this.#context;
    const { timeouts = {} } = options;
    const startedAtMs = clock.nowMs();
    const life = new AbortController();
    const over = Promise.withResolvers<RunEnd>();
    const end = (error?: unknown): void =>
      over.resolve({
        code: error === undefined ? 0 : undefined,
        signal: undefined,
        uptimeMs: clock.nowMs() - startedAtMs,
        error: asError(error),
      });
    Promise.resolve()
      .then(() => component.run(life.signal))
      .then(
        () => end(),
        (error: unknown) => end(error ?? new Error(`${name} ended with no reason`)),
      );
    return this.#run({
      startedAtMs,
      ended: over.promise,
      stop: async ({ hurry }) => {
        const what = `shutdown of ${name}`;
        await boundedCall({
          work: (signal) => component.shutdown(signal),
          what,
          timeoutMs: timeouts.shutdownMs,
          clock,
          outer: hurry,
        }).catch((error: unknown) => failed(asError(error) ?? new Error(what)));
        await boundedCall({
          work: async (signal) => {
            signal.addEventListener('abort', () => life.abort(signal.reason), { once: true });
            await over.promise;
          },
          what: `run of ${name}`,
          timeoutMs: timeouts.completionMs,
          clock,
          outer: hurry,
        }).catch((error: unknown) => {
          // Abandoned: it may still run, but nobody waits for it any more.
          failed(asError(error) ?? new Error(what));
          end(error);
        });
      },
    });
  }

  async #started(component: StartStopComponent, signal: AbortSignal): Promise<Run> {
    const { name, clock, options } = this.#context;
    const { timeouts = {} } = options;
    const startedAtMs = clock.nowMs();
    await boundedCall({
      work: (inner) => component.start(inner),
      what: `start of ${name}`,
      timeoutMs: timeouts.startMs,
      clock,
      outer: signal,
    });
    const over = Promise.withResolvers<RunEnd>();
    return this.#run({
      startedAtMs,
      ended: over.promise,
      stop: async ({ hurry }) => {
        const what = `stop of ${name}`;
        const error = await boundedCall({
          work: (inner) => component.stop(inner),
          what,
          timeoutMs: timeouts.stopMs,
          clock,
          outer: hurry,
        }).then(
          () => undefined,
          (reason: unknown) => asError(reason) ?? new Error(what),
        );
        if (error !== undefined) this.#context.failed(error);
        over.resolve({
          code: error === undefined ? 0 : undefined,
          signal: undefined,
          uptimeMs: clock.nowMs() - startedAtMs,
          error,
        });
      },
    });
  }

  #run(life: Pick<Run, 'startedAtMs' | 'ended' | 'stop'>): Run {
    return {
      ...life,
      pid: undefined,
      identity: undefined,
      adopted: false,
      ready: async (signal) => {
        await Promise.all([
          this.#askReady(signal),
          this.#context.lifecycle.checkReady({ service: this.#context.view(), signal }),
        ]);
      },
      sweep: () => Promise.resolve(0),
      signal: () => false,
      release: () => {},
    };
  }

  async #askReady(signal: AbortSignal): Promise<void> {
    const { name, clock, options } = this.#context;
    const { checkReady, maxAttempts, backoff, timeouts } = options;
    if (checkReady === undefined) return;
    for (let attempt = 1; ; attempt++) {
      const isReady = await boundedCall({
        work: checkReady,
        what: `checkReady of ${name}`,
        timeoutMs: timeouts?.checkReadyMs,
        clock,
        outer: signal,
      });
      if (isReady) return;
      if (maxAttempts !== undefined && attempt >= maxAttempts) {
        throw new TappetError(`${name} was not ready after ${attempt} attempts`, { code: 'ERR_START_TIMEOUT' });
      }
      await sleep(clock, backoff?.(attempt, Math.random()) ?? 0, signal);
    }
  }
}

function asError(error: unknown): Error | undefined {
  if (error === undefined || error instanceof StopTimeoutError) return error;
  return error instanceof Error ? error : new Error(`it threw ${JSON.stringify(error)}`);
}
