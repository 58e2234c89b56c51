import { virtualClock } from '@tappet/core/testing';
import { expect, it } from 'vitest';
import { Heartbeats } from '../../../../packages/plugin-healthcheck/src/checks/heartbeats.ts';

it('turns heartbeats and their absence into results', async () => {
  const clock = virtualClock();
  const seen: string[] = [];
  const heartbeats = new Heartbeats({
    clock,
    onResult: ({ result: { ok, message }, atMs }) => seen.push(`${atMs} ${ok} ${message}`),
  });
  heartbeats.start({ id: 'worker', intervalMs: 30_000, initialDelayMs: 5000 });
  await clock.advance(10_000);
  expect(heartbeats.beat('worker')).toBe(true);
  expect(heartbeats.beat('stranger')).toBe(false);
  await clock.advance(29_999);
  expect(heartbeats.beat('worker')).toBe(true);
  await clock.advance(60_001);
  expect(heartbeats.beat('worker')).toBe(true);
  heartbeats.stop('worker');
  expect(heartbeats.beat('worker')).toBe(false);
  await clock.advance(100_000);
  expect(seen).toEqual([
    '10000 true heartbeat after 5 s',
    '39999 true heartbeat after 30 s',
    '69999 false no heartbeat for 30 s',
    '99999 false no heartbeat for 60 s',
    '100000 true heartbeat after 60 s',
  ]);
  heartbeats.close();
  expect(clock.pendingTimers).toBe(0);
});

it('expects the first heartbeat after the initial delay, and again after every start', async () => {
  const clock = virtualClock();
  const missed: number[] = [];
  const heartbeats = new Heartbeats({ clock, onResult: ({ atMs }) => missed.push(atMs) });
  heartbeats.start({ id: 'worker', intervalMs: 1000, initialDelayMs: 500 });
  await clock.advance(1400);
  heartbeats.start({ id: 'worker', intervalMs: 1000, initialDelayMs: 500 });
  await clock.advance(1500);
  heartbeats.close();
  expect(missed).toEqual([2900]);
  expect(clock.pendingTimers).toBe(0);
});
