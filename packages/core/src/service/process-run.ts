import type { Clock } from '../clock.ts';
import type { ServiceView } from '../hooks/events.ts';
import type { Lifecycle } from '../hooks/lifecycle.ts';
import type { ServiceSpec } from '../plan/plan.ts';
import type { OutputChannel, ProcessIdentity, RunningProcess } from '../process/contract.ts';
import { removePidFile } from '../process/pid-file-writer.ts';
import { type Condition, waitUntilReady } from './readiness.ts';
import type { Run, RunEnd } from './runner.ts';
import { stopProcess } from './stop-sequence.ts';

export interface ProcessRunContext {
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
  readonly view: () => ServiceView;
  readonly waiting: (conditions: readonly string[]) => void;
}

const SWEEP_TIMEOUT_MS = 5000;
/** A reader that has not caught up by then goes on reading; only the order of the log lines suffers. */
const DRAIN_TIMEOUT_MS = 200;

/** One life of a service as an operating system process, by the spec that it was started with. */
export class ProcessRun implements Run {
  readonly ended: Promise<RunEnd>;
  readonly #running: RunningProcess;
  readonly #spec: ServiceSpec;
  readonly #channel: OutputChannel;
  readonly #context: ProcessRunContext;
  /** That of the process which was started; a forking service changes its process once. */
  readonly #firstPid: number;

  constructor(
    running: RunningProcess,
    about: { spec: ServiceSpec; channel: OutputChannel; context: ProcessRunContext },
  ) {
    this.ended = running.exited;
    this.#running = running;
    this.#spec = about.spec;
    this.#channel = about.channel;
    this.#context = about.context;
    this.#firstPid = running.identity.pid;
  }

  get pid(): number {
    return this.#running.identity.pid;
  }

  get identity(): ProcessIdentity {
    return this.#running.identity;
  }

  get adopted(): boolean {
    return this.#running.adopted;
  }

  get startedAtMs(): number {
    return this.#running.startedAtMs;
  }

  ready(signal: AbortSignal): Promise<void> {
    const { clock, waiting } = this.#context;
    return waitUntilReady(this.#conditions(), { clock, signal, waiting });
  }

  stop({ timeoutMs, hurry }: { timeoutMs: number; hurry: AbortSignal }): Promise<void> {
    const { clock } = this.#context;
    const { stopSignal, killMode } = this.#spec;
    return stopProcess(this.#running, { clock, timeoutMs, hurry, stopSignal, killMode });
  }

  async sweep(): Promise<number> {
    const { killMode, type, pidFile } = this.#spec;
    const killed = killMode === 'process' ? 0 : await this.#running.sweep(SWEEP_TIMEOUT_MS);
    await this.#channel.drain(DRAIN_TIMEOUT_MS);
    if (type !== 'forking' && pidFile !== undefined) removePidFile(pidFile, this.#firstPid);
    return killed;
  }

  signal(name: NodeJS.Signals): boolean {
    return this.#running.signal(name, this.#spec.killMode);
  }

  release(): void {
    this.#running.release();
  }

  /** Everything that must hold before a service is RUNNING. A oneshot runs to its end and needs none. */
  #conditions(): Condition[] {
    const spec = this.#spec;
    const running = this.#running;
    if (spec.type === 'oneshot') return [];
    const conditions: Condition[] = [];
    const { clock, lifecycle, view } = this.#context;
    if (spec.type === 'forking' && running.forked !== undefined) {
      conditions.push({ name: `its process in the background (pid_file)`, kind: 'promise', promise: running.forked });
    }
    if (spec.startStableMs > 0) {
      const untilMs = running.startedAtMs + spec.startStableMs;
      conditions.push({
        name: `staying up for ${spec.startStableMs / 1000}s`,
        kind: 'time',
        delayMs: untilMs - clock.nowMs(),
      });
    }
    if (running.notified !== undefined) {
      conditions.push({
        name: `a line on descriptor ${spec.notifyFd} (notify_fd)`,
        kind: 'promise',
        promise: running.notified,
      });
    }
    if (spec.readyLog !== undefined) {
      conditions.push({
        name: `output that matches /${spec.readyLog}/ (ready_log)`,
        kind: 'log',
        pattern: new RegExp(spec.readyLog),
        channel: this.#channel,
      });
    }
    conditions.push({
      name: 'plugins',
      kind: 'gate',
      open: (signal) => lifecycle.checkReady({ service: view(), signal }),
    });
    return conditions;
  }
}
