import type { ProbeResult } from '../probes/index.ts';
import { formatDuration } from '../durations.ts';
import { Agenda, type CheckClock } from './agenda.ts';
import { type CheckSchedule, firstDueMs, nextDueMs, placeOf } from './schedule.ts';

/** A check to be run again and again. */
export interface ScheduledCheck {
  /** Unique among all checks of a scheduler. */
  readonly id: string;
  readonly schedule: CheckSchedule;
  readonly timeoutMs: number;
  /** Tries once. Should end by `timeoutMs` and when the signal is aborted; one that does not is left alone. */
  readonly attempt: (signal: AbortSignal) => Promise<ProbeResult>;
}

/** One finished attempt. `dueMs` is when it should have begun. */
export interface AttemptReport {
  readonly id: string;
  readonly result: ProbeResult;
  readonly dueMs: number;
  readonly beganMs: number;
  readonly atMs: number;
}

/** Time a probe has for its own deadline before the scheduler gives up on it. */
const SLACK_MS = 100;

/**
 * Runs checks side by side, each at its times, at most one attempt of a check at once, with one timer in all. A hanging
 * attempt costs its own check a failed result and nobody else anything.
 */
export class Scheduler {
  readonly #clock: CheckClock;
  readonly #agenda: Agenda;
  readonly #onResult: (report: AttemptReport) => void;
  readonly #running = new Map<string, Entry>();

  constructor({ clock, onResult }: { clock: CheckClock; onResult: (report: AttemptReport) => void }) {
    this.#clock = clock;
    this.#agenda = new Agenda(clock);
    this.#onResult = onResult;
  }

  /** Begins to run a check, from its initial delay on. One with the same id is replaced. */
  start(check: ScheduledCheck): void {
    this.stop(check.id);
    const firstMs = firstDueMs(check.schedule, this.#clock.nowMs());
    const entry: Entry = {
      check,
      place: placeOf(check.id),
      firstMs,
      dueMs: firstMs,
      isWarm: false,
      abort: new AbortController(),
      current: undefined,
      waiting: [],
    };
    this.#running.set(check.id, entry);
    this.#plan(entry, firstMs);
  }

  /** Ends a check; an attempt under way is aborted and not reported. */
  stop(id: string): void {
    const entry = this.#running.get(id);
    if (entry === undefined) return;
    this.#running.delete(id);
    this.#agenda.remove(id);
    const { waiting } = entry;
    entry.current = undefined;
    entry.abort.abort();
    for (const resolve of waiting.splice(0)) resolve(undefined);
  }

  /** Tries now, or joins the attempt under way. Undefined when the check does not run, or is stopped meanwhile. */
  refresh(id: string): Promise<ProbeResult | undefined> {
    const entry = this.#running.get(id);
    if (entry === undefined) return Promise.resolve(undefined);
    const result = new Promise<ProbeResult | undefined>((resolve) => entry.waiting.push(resolve));
    if (entry.current === undefined || entry.current.isOverdue) this.#begin(entry, this.#clock.nowMs());
    return result;
  }

  /** Ends all checks. */
  close(): void {
    for (const id of this.#running.keys()) this.stop(id);
  }

  #plan(entry: Entry, dueMs: number): void {
    entry.dueMs = dueMs;
    this.#agenda.set(entry.check.id, dueMs, () => this.#begin(entry, dueMs));
  }

  #begin(entry: Entry, dueMs: number): void {
    const { check } = entry;
    const beganMs = this.#clock.nowMs();
    entry.dueMs = dueMs;
    if (entry.current !== undefined)
      return this.#finish(entry, { dueMs, beganMs, result: stillRunning(entry.current, beganMs) });
    const current: Attempt = { beganMs, isOverdue: false, isExtended: false };
    entry.current = current;
    this.#agenda.set(check.id, beganMs + check.timeoutMs + SLACK_MS, () => this.#giveUp(entry, current, dueMs));
    attemptSafely(check, entry.abort.signal).then(
      (result) => this.#end(entry, current, { dueMs, beganMs, result }),
      (error: unknown) => this.#end(entry, current, { dueMs, beganMs, result: thrown(error) }),
    );
  }

  #end(entry: Entry, current: Attempt, report: Finished): void {
    if (entry.current !== current) return;
    entry.current = undefined;
    // An overdue attempt was reported as failed when it was given up.
    if (!current.isOverdue) this.#finish(entry, report);
  }

  #giveUp(entry: Entry, current: Attempt, dueMs: number): void {
    if (entry.current !== current) return;
    const { id, timeoutMs } = entry.check;
    const nowMs = this.#clock.nowMs();
    const lateMs = nowMs - (current.beganMs + timeoutMs + SLACK_MS);
    if (lateMs > SLACK_MS && !current.isExtended) {
      // This process did not get the processor for a while; the attempt gets that time back, as its own deadline does.
      current.isExtended = true;
      this.#agenda.set(id, nowMs + Math.min(lateMs, timeoutMs) + 2 * SLACK_MS, () =>
        this.#giveUp(entry, current, dueMs),
      );
      return;
    }
    current.isOverdue = true;
    entry.abort.abort();
    entry.abort = new AbortController();
    const message = `timed out after ${formatDuration(timeoutMs)} and does not end`;
    this.#finish(entry, { dueMs, beganMs: current.beganMs, result: { ok: false, message, durationMs: timeoutMs } });
  }

  #finish(entry: Entry, { dueMs, beganMs, result }: Finished): void {
    const { check, place, firstMs, waiting } = entry;
    entry.isWarm ||= result.ok;
    const { isWarm } = entry;
    const nowMs = this.#clock.nowMs();
    const next = nextDueMs(check.schedule, { place, firstMs, lastDueMs: dueMs, isWarm });
    this.#plan(entry, next > nowMs ? next : nextDueMs(check.schedule, { place, firstMs, lastDueMs: nowMs, isWarm }));
    this.#onResult({ id: check.id, result, dueMs, beganMs, atMs: nowMs });
    for (const resolve of waiting.splice(0)) resolve(result);
  }
}

interface Entry {
  readonly check: ScheduledCheck;
  readonly place: number;
  readonly firstMs: number;
  dueMs: number;
  isWarm: boolean;
  /** For the attempts to come, too: one for each would cost more than the rest of the scheduling. */
  abort: AbortController;
  current: Attempt | undefined;
  readonly waiting: ((result: ProbeResult | undefined) => void)[];
}

interface Attempt {
  readonly beganMs: number;
  isOverdue: boolean;
  isExtended: boolean;
}

interface Finished {
  readonly dueMs: number;
  readonly beganMs: number;
  readonly result: ProbeResult;
}

async function attemptSafely({ attempt }: ScheduledCheck, signal: AbortSignal): Promise<ProbeResult> {
  return attempt(signal);
}

function thrown(error: unknown): ProbeResult {
  return { ok: false, message: error instanceof Error ? error.message : String(error), durationMs: 0 };
}

function stillRunning({ beganMs }: Attempt, nowMs: number): ProbeResult {
  const durationMs = nowMs - beganMs;
  return { ok: false, message: `the attempt of ${formatDuration(durationMs)} ago still runs`, durationMs };
}
