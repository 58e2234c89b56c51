import { virtualClock, type VirtualClock } from '@tappet/core/testing';
import type { ProbeResult } from '@tappet/plugin-healthcheck/probes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AttemptReport,
  type ScheduledCheck,
  Scheduler,
} from '../../../../packages/plugin-healthcheck/src/checks/scheduler.ts';
import { result } from './values.ts';

let clock: VirtualClock;
let reports: AttemptReport[];
let scheduler: Scheduler;

beforeEach(() => {
  clock = virtualClock();
  reports = [];
  scheduler = new Scheduler({ clock, onResult: (report) => reports.push(report) });
});
afterEach(() => {
  scheduler.close();
  if (clock.pendingTimers !== 0) throw new Error(`${clock.pendingTimers} timers are left`);
});

interface Sketch {
  readonly id?: string;
  readonly intervalMs?: number;
  readonly initialDelayMs?: number;
  readonly jitter?: number;
  readonly quickStart?: boolean;
  readonly timeoutMs?: number;
  readonly attempt?: (signal: AbortSignal) => Promise<ProbeResult>;
}

function scheduled({
  id = 'a',
  intervalMs = 1000,
  initialDelayMs = 0,
  jitter = 0,
  quickStart = false,
  timeoutMs = 300,
  attempt,
}: Sketch = {}): ScheduledCheck {
  return {
    id,
    timeoutMs,
    schedule: { intervalMs, initialDelayMs, jitter, quickStart },
    attempt: attempt ?? (() => Promise.resolve(result(true))),
  };
}

/** An attempt that takes this long on the virtual clock, and ends early when it is aborted. */
function taking(ms: number): (signal: AbortSignal) => Promise<ProbeResult> {
  return (signal) =>
    new Promise((resolve) => {
      const timer = clock.setTimer(ms, () => resolve(result(true)));
      signal.addEventListener('abort', () => {
        timer.cancel();
        resolve(result(false, 'aborted'));
      });
    });
}

const times = (id = 'a'): number[] => reports.filter((report) => report.id === id).map(({ beganMs }) => beganMs);

describe('Scheduler', () => {
  it('runs a check at its times', async () => {
    scheduler.start(scheduled({ initialDelayMs: 500 }));
    await clock.advance(3999);
    expect(times()).toEqual([500, 1000, 2000, 3000]);
    expect(reports.every(({ result: { ok } }) => ok)).toBe(true);
  });

  it('measures from begin to begin, however long an attempt takes', async () => {
    scheduler.start(scheduled({ attempt: taking(250) }));
    await clock.advance(3500);
    expect(times()).toEqual([0, 1000, 2000, 3000]);
    expect(reports.map(({ atMs }) => atMs)).toEqual([250, 1250, 2250, 3250]);
  });

  it('lets a hanging attempt hold up nobody, reports it once per interval, and never starts a second one', async () => {
    let hanging = 0;
    scheduler.start(
      scheduled({
        id: 'hung',
        attempt: () => {
          hanging++;
          return new Promise(() => {});
        },
      }),
    );
    scheduler.start(scheduled({ id: 'fine' }));
    await clock.advance(4900);
    expect(times('fine')).toEqual([0, 1000, 2000, 3000, 4000]);
    const messages = reports.filter(({ id }) => id === 'hung').map(({ result: { ok, message } }) => `${ok} ${message}`);
    expect(messages).toEqual([
      'false timed out after 300 ms and does not end',
      'false the attempt of 1 s ago still runs',
      'false the attempt of 2 s ago still runs',
      'false the attempt of 3 s ago still runs',
      'false the attempt of 4 s ago still runs',
    ]);
    expect(hanging).toBe(1);
  });

  it('aborts an attempt that overruns, reports it once, and goes on', async () => {
    scheduler.start(scheduled({ attempt: taking(2500) }));
    await clock.advance(1900);
    expect(times()).toEqual([0, 1000]);
    expect(reports.map(({ result: { ok } }) => ok)).toEqual([false, false]);
  });

  it('takes a throw and a rejection for failed results', async () => {
    scheduler.start(
      scheduled({
        id: 'throws',
        attempt: () => {
          throw new Error('thrown');
        },
      }),
    );
    scheduler.start(scheduled({ id: 'rejects', attempt: () => Promise.reject(new Error('rejected')) }));
    await clock.advance(1000);
    expect(reports.map(({ id, result: { ok, message } }) => [id, ok, message])).toEqual([
      ['throws', false, 'thrown'],
      ['rejects', false, 'rejected'],
      ['throws', false, 'thrown'],
      ['rejects', false, 'rejected'],
    ]);
  });

  it('aborts and does not report the attempt of a stopped check', async () => {
    let isAborted = false;
    scheduler.start(
      scheduled({
        attempt: (signal) => {
          signal.addEventListener('abort', () => (isAborted = true));
          return taking(200)(signal);
        },
      }),
    );
    await clock.advance(100);
    scheduler.stop('a');
    await clock.advance(5000);
    expect({ isAborted, reports }).toEqual({ isAborted: true, reports: [] });
  });

  it('starts anew when a check is started again: old attempts say nothing', async () => {
    scheduler.start(scheduled({ attempt: taking(200) }));
    await clock.advance(100);
    scheduler.start(scheduled({ initialDelayMs: 50 }));
    await clock.advance(500);
    expect(times()).toEqual([150]);
  });

  it('tries often until the first success', async () => {
    let isUp = false;
    scheduler.start(scheduled({ intervalMs: 10_000, quickStart: true, attempt: () => Promise.resolve(result(isUp)) }));
    await clock.advance(500);
    isUp = true;
    await clock.advance(20_000);
    expect(times()).toEqual([0, 100, 200, 300, 400, 500, 625, 10_000, 20_000]);
  });

  it('catches up with nothing after the process was frozen', async () => {
    const frozen = virtualClock();
    const seen: number[] = [];
    let skewMs = 0;
    const jumping = { nowMs: () => frozen.nowMs() + skewMs, setTimer: frozen.setTimer.bind(frozen) };
    const late = new Scheduler({ clock: jumping, onResult: ({ beganMs }) => seen.push(beganMs) });
    late.start(scheduled());
    await frozen.advance(2500);
    skewMs = 60_000;
    await frozen.advance(2500);
    late.close();
    expect(seen).toEqual([0, 1000, 2000, 63_000, 64_000, 65_000]);
  });

  it('gives an attempt the time back in which this process was frozen', async () => {
    let skewMs = 0;
    const jumping = { nowMs: () => clock.nowMs() + skewMs, setTimer: clock.setTimer.bind(clock) };
    const seen: boolean[] = [];
    const thawed = new Scheduler({ clock: jumping, onResult: ({ result: { ok } }) => seen.push(ok) });
    thawed.start(scheduled({ timeoutMs: 300, attempt: taking(450) }));
    await clock.advance(100);
    skewMs = 5000;
    await clock.advance(400);
    thawed.close();
    expect(seen).toEqual([true]);
  });

  it('refreshes at once, joins an attempt under way, and keeps its times', async () => {
    let attempts = 0;
    const slow = taking(100);
    scheduler.start(
      scheduled({
        attempt: (signal) => {
          attempts++;
          return slow(signal);
        },
      }),
    );
    await clock.advance(450);
    const both = Promise.all([scheduler.refresh('a'), scheduler.refresh('a')]);
    await clock.advance(100);
    expect(await both).toEqual([result(true), result(true)]);
    expect(attempts).toBe(2);
    await clock.advance(2000);
    expect(times()).toEqual([0, 450, 1000, 2000]);
    expect(await scheduler.refresh('unknown')).toBeUndefined();
    const stopped = scheduler.refresh('a');
    scheduler.stop('a');
    expect(await stopped).toBeUndefined();
  });

  it('runs 1,000 checks a second evenly in ten wake-ups, 50 of them hanging', async () => {
    for (let index = 0; index < 1000; index++) {
      const isHanging = index % 20 === 0;
      const attempt = (): Promise<ProbeResult> => (isHanging ? new Promise(() => {}) : Promise.resolve(result(true)));
      scheduler.start(scheduled({ id: `check-${index}`, jitter: 1, attempt }));
    }
    await clock.advance(10_000);
    const regular = reports.filter(({ beganMs, result: { ok } }) => ok && beganMs >= 2000);
    const byCheck = Map.groupBy(regular, ({ id }) => id);
    expect(byCheck.size).toBe(950);
    for (const one of byCheck.values()) {
      const began = one.map(({ beganMs }) => beganMs);
      expect(began.slice(1).map((time, index) => time - (began[index] ?? 0))).toEqual(began.slice(1).map(() => 1000));
    }
    const bySlot = Map.groupBy(regular, ({ beganMs }) => beganMs % 1000);
    expect([...bySlot.keys()].sort((a, b) => a - b)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(clock.pendingTimers).toBe(1);
  });
});
