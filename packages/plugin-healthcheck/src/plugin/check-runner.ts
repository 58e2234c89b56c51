import { type Check, type CheckClock, Heartbeats, Scheduler, scheduleOf } from '../checks/index.ts';
import { type ProbeContext, type ProbeResult, runProbe } from '../probes/index.ts';

/** One result of one check of one service. */
export interface CheckResult {
  readonly service: string;
  readonly check: string;
  readonly result: ProbeResult;
  readonly atMs: number;
}

/** What a runner needs. */
export interface CheckRunnerOptions {
  readonly clock: CheckClock;
  context(service: string): ProbeContext;
  onResult(result: CheckResult): void;
}

/** Runs the checks of all services: probes at their times, and the wait for heartbeats. */
export class CheckRunner {
  readonly #context: CheckRunnerOptions['context'];
  readonly #scheduler: Scheduler;
  readonly #heartbeats: Heartbeats;
  readonly #running = new Map<string, { readonly service: string; readonly check: string }>();

  constructor({ clock, context, onResult }: CheckRunnerOptions) {
    this.#context = context;
    const report = ({ id, result, atMs }: { id: string; result: ProbeResult; atMs: number }): void => {
      const running = this.#running.get(id);
      if (running !== undefined) onResult({ ...running, result, atMs });
    };
    this.#scheduler = new Scheduler({ clock, onResult: report });
    this.#heartbeats = new Heartbeats({ clock, onResult: report });
  }

  start(service: string, check: Check): void {
    const id = idOf(service, check.name);
    const { source } = check;
    this.#running.set(id, { service, check: check.name });
    if (source.type === 'heartbeat') {
      this.#heartbeats.start({ id, intervalMs: check.intervalMs, initialDelayMs: check.initialDelayMs });
      return;
    }
    const { probe, timeoutMs } = source;
    const context = this.#context;
    this.#scheduler.start({
      id,
      schedule: scheduleOf(check),
      timeoutMs,
      attempt: (signal) =>
        runProbe(probe, {
          deadlineMs: timeoutMs,
          signal,
          // Most probes do not ask for it.
          get context() {
            return context(service);
          },
        }),
    });
  }

  stop(service: string, check: string): void {
    const id = idOf(service, check);
    this.#running.delete(id);
    this.#scheduler.stop(id);
    this.#heartbeats.stop(id);
  }

  /** Tries now. Resolves with the result after it was counted; undefined when the check does not run or is a heartbeat. */
  refresh(service: string, check: string): Promise<ProbeResult | undefined> {
    return this.#scheduler.refresh(idOf(service, check));
  }

  /** Takes a heartbeat. False when nobody waits for it. */
  beat(service: string, check: string): boolean {
    return this.#heartbeats.beat(idOf(service, check));
  }

  close(): void {
    this.#running.clear();
    this.#scheduler.close();
    this.#heartbeats.close();
  }
}

/** Names of services and checks hold no blanks. */
function idOf(service: string, check: string): string {
  return `${service} ${check}`;
}
