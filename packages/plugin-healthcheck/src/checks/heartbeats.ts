import { formatDuration } from '../durations.ts';
import type { ProbeResult } from '../probes/index.ts';
import { Agenda, type CheckClock } from './agenda.ts';

/** A heartbeat that must arrive again and again. */
export interface ExpectedHeartbeat {
  readonly id: string;
  /** The longest time between two of them. */
  readonly intervalMs: number;
  /** Time from the start until the first interval begins. */
  readonly initialDelayMs: number;
}

/** Turns heartbeats, and their absence, into results. */
export class Heartbeats {
  readonly #clock: CheckClock;
  readonly #agenda: Agenda;
  readonly #onResult: (report: { id: string; result: ProbeResult; atMs: number }) => void;
  readonly #expected = new Map<string, { readonly heartbeat: ExpectedHeartbeat; lastMs: number }>();

  constructor({
    clock,
    onResult,
  }: {
    clock: CheckClock;
    onResult: (report: { id: string; result: ProbeResult; atMs: number }) => void;
  }) {
    this.#clock = clock;
    this.#agenda = new Agenda(clock);
    this.#onResult = onResult;
  }

  /** Begins to wait. One with the same id starts anew. */
  start(heartbeat: ExpectedHeartbeat): void {
    const lastMs = this.#clock.nowMs() + heartbeat.initialDelayMs;
    this.#expected.set(heartbeat.id, { heartbeat, lastMs });
    this.#await(heartbeat.id, lastMs + heartbeat.intervalMs);
  }

  stop(id: string): void {
    this.#expected.delete(id);
    this.#agenda.remove(id);
  }

  /** Takes a heartbeat. False when nobody waits for it. */
  beat(id: string): boolean {
    const expected = this.#expected.get(id);
    if (expected === undefined) return false;
    const atMs = this.#clock.nowMs();
    const sinceMs = Math.max(0, atMs - expected.lastMs);
    expected.lastMs = atMs;
    this.#await(id, atMs + expected.heartbeat.intervalMs);
    this.#onResult({
      id,
      atMs,
      result: { ok: true, message: `heartbeat after ${formatDuration(sinceMs)}`, durationMs: 0 },
    });
    return true;
  }

  close(): void {
    this.#expected.clear();
    this.#agenda.clear();
  }

  #await(id: string, atMs: number): void {
    this.#agenda.set(id, atMs, () => this.#miss(id, atMs));
  }

  #miss(id: string, dueMs: number): void {
    const expected = this.#expected.get(id);
    if (expected === undefined) return;
    const atMs = this.#clock.nowMs();
    this.#await(id, Math.max(dueMs, atMs - expected.heartbeat.intervalMs) + expected.heartbeat.intervalMs);
    const message = `no heartbeat for ${formatDuration(atMs - expected.lastMs)}`;
    this.#onResult({ id, atMs, result: { ok: false, message, durationMs: 0 } });
  }
}
