import type { Check } from './check.ts';

/** When a check is due. */
export interface CheckSchedule {
  readonly intervalMs: number;
  readonly initialDelayMs: number;
  /** Share of the interval, 0 to 1, over which checks are spread. */
  readonly jitter: number;
  /** Tries often until the first success or one interval has passed, so that readiness is noticed at once. */
  readonly quickStart: boolean;
}

const SHORTEST_QUICK_MS = 100;
const LONGEST_QUICK_MS = 1000;
const NICE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000] as const;

/** When a check of the configuration is due. */
export function scheduleOf(check: Check): CheckSchedule {
  const { intervalMs, initialDelayMs, jitter } = check;
  return { intervalMs, initialDelayMs, jitter, quickStart: isTriedOften(check) };
}

/** Whether a check is tried often at first: a probe that tells when a service has come up. */
export function isTriedOften({ kind, source }: Check): boolean {
  return kind !== 'liveness' && source.type === 'probe';
}

/** A check's own place between 0 and 1, the same for the same name in every process (FNV-1a). */
export function placeOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  // FNV's high bits mix badly for short names that differ in their end: stir once more.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) / 2 ** 32;
}

/** When a check that starts now is first due. */
export function firstDueMs({ initialDelayMs }: CheckSchedule, startMs: number): number {
  return startMs + initialDelayMs;
}

/**
 * When a check is due after the attempt that was due at `lastDueMs`. Regular attempts lie on a grid common to all checks,
 * an interval apart, at the check's own place: checks are spread evenly, yet those of one tenth of an interval share one
 * wake-up. The way from the first attempt onto the grid takes half an interval to one and a half, less after a quick start.
 */
export function nextDueMs(
  schedule: CheckSchedule,
  { place, firstMs, lastDueMs, isWarm }: { place: number; firstMs: number; lastDueMs: number; isWarm: boolean },
): number {
  const { intervalMs, jitter, quickStart } = schedule;
  const isQuick = quickStart && !isWarm;
  const quickDueMs = lastDueMs + Math.min(quickGapMs(lastDueMs - firstMs), intervalMs);
  if (isQuick && quickDueMs < firstMs + intervalMs) return quickDueMs;
  const notBeforeMs = isQuick ? quickDueMs : lastDueMs + intervalMs / 2;
  return gridDue({ intervalMs, offsetMs: place * jitter * intervalMs, notBeforeMs });
}

/** The width of the grid for an interval: a round number of milliseconds that divides it, a tenth of it at most. */
export function gridStepMs(intervalMs: number): number {
  const usable = NICE_STEPS.filter((step) => step <= intervalMs / 10);
  const exact = usable.findLast((step) => intervalMs % step === 0 && step >= intervalMs / 50);
  return exact ?? usable.findLast((step) => step <= intervalMs / 50) ?? 1;
}

/** Readiness is noticed late by a quarter of the time it took at most, and by a second. */
function quickGapMs(elapsedMs: number): number {
  return Math.min(LONGEST_QUICK_MS, Math.max(SHORTEST_QUICK_MS, elapsedMs / 4));
}

function gridDue({
  intervalMs,
  offsetMs,
  notBeforeMs,
}: {
  intervalMs: number;
  offsetMs: number;
  notBeforeMs: number;
}): number {
  const stepMs = gridStepMs(intervalMs);
  const round = Math.ceil((notBeforeMs - offsetMs) / intervalMs);
  const due = Math.floor((round * intervalMs + offsetMs) / stepMs) * stepMs;
  return due >= notBeforeMs ? due : due + intervalMs;
}
