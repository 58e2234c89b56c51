import type { Clock, Timer } from '../clock.ts';
import type { KillMode } from '../plan/plan.ts';
import type { ProcessExit, ProcessIdentity, RunningProcess, SpawnRequest } from '../process/contract.ts';
import { type FakeProgram, reactionTo } from './fake-program.ts';

/** What a fake process needs from the layer around it. */
export interface FakeProcessOptions {
  readonly clock: Clock;
  readonly request: SpawnRequest;
  readonly program: FakeProgram;
  readonly identity: ProcessIdentity;
  print(text: string, stream: 'stdout' | 'stderr'): void;
  record(what: 'signal' | 'sweep' | 'exit', detail: string): void;
}

/** A process that lives in memory. It outlives the handles that a supervisor holds on it, as a real one does. */
export class FakeProcess {
  readonly identity: ProcessIdentity;
  readonly request: SpawnRequest;
  readonly startedAtMs: number;
  #exit: ProcessExit | undefined;
  /** Processes besides the main one that a sweep would find. */
  #leftBehind = 0;
  readonly #options: FakeProcessOptions;
  readonly #timers = new Set<Timer>();
  readonly #handles = new Set<Handle>();

  constructor(options: FakeProcessOptions) {
    this.#options = options;
    this.identity = options.identity;
    this.request = options.request;
    this.startedAtMs = options.clock.nowMs();
    this.#schedule();
  }

  get isAlive(): boolean {
    return this.#exit === undefined;
  }

  get leftBehind(): number {
    return this.#leftBehind;
  }

  /** A new view on it, as the process layer hands out. */
  attach(adopted: boolean): RunningProcess {
    const handle = new Handle(this, adopted);
    this.#handles.add(handle);
    if (this.#exit !== undefined) handle.finish(this.#exit);
    return handle.running;
  }

  detach(handle: Handle): void {
    this.#handles.delete(handle);
  }

  end(exit: Omit<ProcessExit, 'uptimeMs'>): void {
    if (this.#exit !== undefined) return;
    this.#exit = { ...exit, uptimeMs: this.#options.clock.nowMs() - this.startedAtMs };
    this.#leftBehind = this.#options.program.leavesBehind ?? 0;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#options.record('exit', exit.signal ?? String(exit.code ?? 'unknown'));
    for (const handle of this.#handles) handle.finish(this.#exit);
  }

  notify(line: string): void {
    for (const handle of this.#handles) handle.notify(line);
  }

  signal(signal: NodeJS.Signals, target: KillMode): boolean {
    if (!this.isAlive) return false;
    this.#options.record('signal', target === 'group' ? signal : `${signal} (process)`);
    const reaction = reactionTo(this.#options.program, signal);
    if (reaction === 'ignore') return true;
    if (reaction.prints !== undefined) this.#options.print(reaction.prints, 'stdout');
    this.#after(reaction.afterMs ?? 0, () => {
      this.end(reaction.code === undefined ? { code: undefined, signal } : { code: reaction.code, signal: undefined });
    });
    return true;
  }

  async sweep(): Promise<number> {
    await this.#wait(this.#options.program.sweepMs ?? 0);
    const killed = this.#leftBehind + (this.isAlive ? 1 : 0);
    this.end({ code: undefined, signal: 'SIGKILL' });
    this.#leftBehind = 0;
    this.#options.record('sweep', String(killed));
    return killed;
  }

  #schedule(): void {
    const { program, print } = this.#options;
    for (const { afterMs, text, stream } of program.prints ?? []) {
      this.#after(afterMs, () => print(text, stream ?? 'stdout'));
    }
    for (const { afterMs, line } of program.notifies ?? []) this.#after(afterMs, () => this.notify(line ?? ''));
    if (program.exitAfterMs === undefined && program.exitCode === undefined && program.exitSignal === undefined) return;
    this.#after(program.exitAfterMs ?? 0, () => {
      const signal = program.exitSignal;
      this.end({ code: signal === undefined ? (program.exitCode ?? 0) : undefined, signal });
    });
  }

  #after(delayMs: number, run: () => void): void {
    const timer = this.#options.clock.setTimer(delayMs, () => {
      this.#timers.delete(timer);
      if (this.isAlive) run();
    });
    this.#timers.add(timer);
  }

  #wait(delayMs: number): Promise<void> {
    if (delayMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#options.clock.setTimer(delayMs, resolve);
    });
  }
}

/** What one supervisor holds of a process: after `release` nothing reaches it any more. */
class Handle {
  readonly running: RunningProcess;
  #resolveExited: (exit: ProcessExit) => void = () => {};
  #resolveNotified: () => void = () => {};

  constructor(process: FakeProcess, adopted: boolean) {
    const exited = new Promise<ProcessExit>((resolve) => {
      this.#resolveExited = resolve;
    });
    const notified = new Promise<void>((resolve) => {
      this.#resolveNotified = resolve;
    });
    this.running = {
      identity: process.identity,
      adopted,
      generation: process.request.generation,
      startedAtMs: process.startedAtMs,
      exited,
      notified: process.request.notifyFd === undefined ? undefined : notified,
      onNotifyLine: undefined,
      signal: (signal, target) => process.signal(signal, target),
      sweep: () => process.sweep(),
      release: () => process.detach(this),
    };
  }

  finish(exit: ProcessExit): void {
    this.#resolveExited(exit);
  }

  notify(line: string): void {
    this.#resolveNotified();
    this.running.onNotifyLine?.(line);
  }
}
