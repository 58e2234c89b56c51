import type { SupervisorEvent } from '@tappet/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepHeapSmall } from '../../../../packages/cli/src/daemon/small-heap.ts';

let compactions: number;
let start: (count?: number) => void;

beforeEach(() => {
  vi.useFakeTimers();
  compactions = 0;
  let tell: (event: SupervisorEvent) => void = () => {};
  const supervisor = {
    subscribe(listener: (event: SupervisorEvent) => void) {
      tell = listener;
      return () => {};
    },
  };
  start = (count = 1) => {
    for (let id = 1; id <= count; id++) {
      tell({ type: 'spawn', seq: id, time: '', service: 'web', pid: 1, adopted: false });
    }
  };
  keepHeapSmall(supervisor, async () => void compactions++);
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the heap of a daemon', () => {
  it('is compacted when a second has passed since the last service was started', () => {
    start();
    vi.advanceTimersByTime(900);
    start();
    vi.advanceTimersByTime(900);
    expect(compactions).toBe(0);
    vi.advanceTimersByTime(100);
    expect(compactions).toBe(1);
  });

  it('is left alone by a restart now and then', () => {
    start();
    vi.advanceTimersByTime(1000);
    start();
    vi.advanceTimersByTime(60_000);
    expect(compactions).toBe(1);
  });

  it('is compacted again after many starts', () => {
    start();
    vi.advanceTimersByTime(1000);
    start(50);
    vi.advanceTimersByTime(1000);
    expect(compactions).toBe(2);
  });
});
