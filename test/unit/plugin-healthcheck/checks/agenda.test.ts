import { virtualClock } from '@tappet/core/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Agenda, type CheckClock } from '../../../../packages/plugin-healthcheck/src/checks/agenda.ts';

/** A clock that a test turns by hand, timer by timer. */
class HandClock implements CheckClock {
  now = 0;
  timers = new Map<object, { atMs: number; fn: () => void }>();
  armed = 0;

  nowMs(): number {
    return this.now;
  }

  setTimer(ms: number, fn: () => void): { cancel(): void } {
    const key = {};
    this.armed++;
    this.timers.set(key, { atMs: this.now + ms, fn });
    return { cancel: () => this.timers.delete(key) };
  }

  /** Fires the next timer, if it is due by then. */
  turn(untilMs: number): boolean {
    const [next] = [...this.timers].sort(([, a], [, b]) => a.atMs - b.atMs);
    if (next === undefined || next[1].atMs > untilMs) return false;
    this.timers.delete(next[0]);
    this.now = Math.max(this.now, next[1].atMs);
    next[1].fn();
    return true;
  }
}

describe('Agenda', () => {
  it('does things at their times, in their order, with one timer', () => {
    const operation = fc.oneof(
      fc.record({ key: fc.integer({ min: 0, max: 9 }), atMs: fc.integer({ min: 0, max: 100 }) }),
      fc.record({ key: fc.integer({ min: 0, max: 9 }), atMs: fc.constant(undefined) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const clock = new HandClock();
        const agenda = new Agenda(clock);
        const done: string[] = [];
        const expected = new Map<number, number>();
        for (const { key, atMs } of operations) {
          if (atMs === undefined) agenda.remove(String(key));
          else agenda.set(String(key), atMs, () => done.push(`${atMs} ${key}`));
          if (atMs === undefined) expected.delete(key);
          else expected.set(key, atMs);
          expect(clock.timers.size).toBe(expected.size === 0 ? 0 : 1);
        }
        expect(agenda.size).toBe(expected.size);
        while (clock.turn(Infinity));
        const times = done.map((line) => Number(line.split(' ')[0]));
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect([...done].sort()).toEqual([...expected].map(([key, atMs]) => `${atMs} ${key}`).sort());
        expect(clock.timers.size).toBe(0);
      }),
    );
  });

  it('wakes up once for what is due at one moment, and not when nothing is due', () => {
    const clock = new HandClock();
    const agenda = new Agenda(clock);
    const done: string[] = [];
    for (const key of ['a', 'b', 'c']) agenda.set(key, 1000, () => done.push(key));
    agenda.set('later', 5000, () => done.push('later'));
    expect(clock.turn(999)).toBe(false);
    expect(clock.turn(1000)).toBe(true);
    expect(done.sort()).toEqual(['a', 'b', 'c']);
    expect(clock.turn(4999)).toBe(false);
    expect(clock.timers.size).toBe(1);
  });

  it('goes on when one of the things throws', () => {
    const clock = new HandClock();
    const agenda = new Agenda(clock);
    const done: string[] = [];
    agenda.set('bad', 1, () => {
      throw new Error('bad');
    });
    agenda.set('good', 5, () => done.push('good'));
    expect(() => clock.turn(10)).toThrow('bad');
    expect(clock.turn(10)).toBe(true);
    expect(done).toEqual(['good']);
  });

  it('does what is overdue at once, and forgets everything when cleared', async () => {
    const clock = virtualClock();
    const agenda = new Agenda(clock);
    const done: string[] = [];
    await clock.advance(50);
    agenda.set('overdue', 10, () => done.push('overdue'));
    await clock.advance(0);
    expect(done).toEqual(['overdue']);
    agenda.set('never', 100, () => done.push('never'));
    agenda.clear();
    await clock.advance(1000);
    expect(done).toEqual(['overdue']);
    expect(clock.pendingTimers).toBe(0);
  });
});
