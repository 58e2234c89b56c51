import type { Clock } from '../clock.ts';
import type { Plan } from '../plan/plan.ts';
import type { ProcessLayer } from '../process/contract.ts';
import type { DaemonRecord, Store } from '../store/contract.ts';
import { openMachine } from './machine.ts';
import type { SupervisorOptions } from './options.ts';
import { daemonRecord } from './records.ts';

/** What a supervisor stands on once it has begun to start: its plan, and what it holds of the machine. */
export class Premises {
  /** The plan in force. */
  plan: Plan | undefined;
  readonly #options: SupervisorOptions;
  readonly #clock: Clock;
  readonly #shutdown: () => DaemonRecord['shutdown'];
  readonly #problems: string[] = [];
  #layer: ProcessLayer | undefined;
  #store: Store | undefined;

  /** `shutdown` tells what a successor has to finish, undefined while nobody goes down. */
  constructor(
    options: SupervisorOptions,
    { clock, shutdown }: { clock: Clock; shutdown: () => DaemonRecord['shutdown'] },
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#shutdown = shutdown;
  }

  /** Undefined when nothing is to survive the supervisor. */
  get store(): Store | undefined {
    return this.#store;
  }

  /** Everything that people should know about the machine. */
  notes(): readonly string[] {
    this.#problems.push(...(this.#store?.problems() ?? []));
    return [...(this.#layer?.notes() ?? []), ...this.#problems];
  }

  requirePlan(): Plan {
    if (this.plan === undefined) throw new TypeError('expected a started supervisor: its plan is not known before');
    return this.plan;
  }

  requireLayer(): ProcessLayer {
    if (this.#layer === undefined) throw new TypeError('expected a started supervisor');
    return this.#layer;
  }

  /** Takes the runtime directory with its lock, and opens the process layer on it. */
  async open(): Promise<void> {
    const { layer, store } = await openMachine({ ...this.#options, plan: this.requirePlan(), clock: this.#clock });
    this.#layer = layer;
    this.#store = store;
  }

  /** Writes down what a successor has to know of this process. */
  writeDaemon(): void {
    if (this.plan === undefined) return;
    const { project, source } = this.plan;
    this.#store?.writeDaemon(daemonRecord({ project, configFile: source.file, shutdown: this.#shutdown() }));
  }

  /** Gives everything back; `beforeStore` runs while records can still be written. */
  async close({ clean, beforeStore }: { clean: boolean; beforeStore: () => void }): Promise<void> {
    await this.#layer?.close();
    beforeStore();
    this.#store?.close({ clean });
  }
}
