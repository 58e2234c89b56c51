import {
  activate,
  type Check,
  type CheckState,
  type CheckView,
  deactivate,
  type Health,
  healthOf,
  INACTIVE,
  isGateOpen,
} from '../checks/index.ts';

/** Checks that differ between two configurations of a service. */
export interface CheckChange {
  readonly removed: readonly Check[];
  readonly added: readonly Check[];
}

/**
 * One service as its checks see it. It is up from its spawn to its end, and everything but history starts anew with each spawn.
 * Startup and readiness checks run from the spawn on; liveness checks once the service is RUNNING and every startup check
 * has been up, so that a slow start is a matter of `start_timeout` and never of liveness.
 */
export class WatchedService {
  readonly name: string;
  /** Grows with each spawn and each end: what was begun in one life means nothing in the next. */
  life = 0;
  isUp = false;
  isRunning = false;
  /** Whether it was ready when that was last told; undefined before it was RUNNING. Kept while it stops. */
  toldReady: boolean | undefined;
  /** Start time of the process in clock ticks. */
  startTicks: number | undefined;
  #checks: readonly Check[];
  readonly #states = new Map<string, CheckState>();

  constructor(name: string, checks: readonly Check[]) {
    this.name = name;
    this.#checks = checks;
  }

  get checks(): readonly Check[] {
    return this.#checks;
  }

  state(check: string): CheckState {
    return this.#states.get(check) ?? INACTIVE;
  }

  set(check: string, state: CheckState): void {
    this.#states.set(check, state);
  }

  begin(startTicks: number | undefined): void {
    this.life += 1;
    this.isUp = true;
    this.startTicks = startTicks;
    this.toldReady = undefined;
  }

  end(): void {
    this.life += 1;
    this.isUp = false;
    this.isRunning = false;
    for (const { name } of this.#checks) this.set(name, deactivate(this.state(name)));
  }

  /** Activates every check whose time has come, and returns those. */
  activateDue(atMs: number): readonly Check[] {
    if (!this.isUp) return [];
    const due = this.#checks.filter((check) => this.state(check.name).status === 'inactive' && this.#mayRun(check));
    for (const check of due) this.set(check.name, activate(this.state(check.name), check, atMs));
    return due;
  }

  /** Counts a check from zero again. */
  recount(check: Check, atMs: number): void {
    this.set(check.name, activate(this.state(check.name), check, atMs));
  }

  /** Takes over another list of checks. Those that are the same keep their state. */
  replaceChecks(checks: readonly Check[]): CheckChange {
    const key = (check: Check): string => JSON.stringify(check);
    const [before, after] = [new Set(this.#checks.map(key)), new Set(checks.map(key))];
    const removed = this.#checks.filter((check) => !after.has(key(check)));
    const added = checks.filter((check) => !before.has(key(check)));
    for (const { name } of removed) this.#states.delete(name);
    this.#checks = checks;
    return { removed, added };
  }

  views(): readonly CheckView[] {
    return this.#checks.map(({ name, kind }) => ({ name, kind, status: this.state(name).status }));
  }

  health(): Health {
    return healthOf(this.views());
  }

  /** Up, and no check says otherwise. */
  get isReady(): boolean {
    return this.isUp && this.health().ready;
  }

  /** Whether anything points to trouble: thresholds reached or not, in the grace time or after it. */
  get isFailing(): boolean {
    const isInTrouble = ({ status, failures, last }: CheckState): boolean =>
      failures > 0 || (status === 'up' && last?.ok === false);
    return !this.health().ready || this.#checks.some(({ name }) => isInTrouble(this.state(name)));
  }

  has(kind: Check['kind']): boolean {
    return this.#checks.some((check) => check.kind === kind);
  }

  #mayRun({ kind }: Check): boolean {
    return kind !== 'liveness' || (this.isRunning && isGateOpen(kind, this.views()));
  }
}
