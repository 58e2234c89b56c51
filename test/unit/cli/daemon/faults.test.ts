import type { Supervisor } from '@tappet/core';
import { virtualClock } from '@tappet/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createDaemonLog } from '../../../../packages/cli/src/daemon/daemon-log.ts';
import { watchFaults } from '../../../../packages/cli/src/daemon/faults.ts';

let takeAway: (() => void) | undefined;
const others = new Map(
  (['uncaughtException', 'unhandledRejection'] as const).map((event) => [event, process.rawListeners(event)]),
);
afterEach(() => takeAway?.());

interface Watched {
  readonly lines: string[];
  readonly crashes: number[];
  /** What the core makes of the next errors. */
  readonly culprits: ReturnType<Supervisor['uncaught']>[];
  readonly clock: ReturnType<typeof virtualClock>;
}

async function watching(): Promise<Watched> {
  const lines: string[] = [];
  const crashes: number[] = [];
  const clock = virtualClock();
  const log = await createDaemonLog({ format: 'text', write: (text) => void lines.push(text) });
  const culprits: ReturnType<Supervisor['uncaught']>[] = [];
  takeAway = watchFaults({
    log,
    clock,
    uncaught: () => culprits.shift(),
    crash: () => void crashes.push(clock.nowMs()),
  });
  return { lines, crashes, culprits, clock };
}

/** Hands an error to the handler under test alone: vitest has its own for real ones. */
function fault(message: string): void {
  const before = new Set(others.get('uncaughtException'));
  for (const listener of process.listeners('uncaughtException')) {
    if (!before.has(listener)) listener(new Error(message), 'uncaughtException');
  }
}

describe('errors that nobody caught', () => {
  it('are logged with their stack and survived', async () => {
    const { lines, crashes } = await watching();
    fault('boom');
    expect(lines[0]).toMatch(/^\[ERROR\] an error that nobody caught: Error: boom\n {4}at /);
    expect(crashes).toEqual([]);
  });

  it('end the process when they come as a flood', async () => {
    const { lines, crashes } = await watching();
    for (let count = 0; count < 21; count++) fault('boom');
    expect(crashes).toEqual([0]);
    expect(lines.at(-1)).toContain('21 errors that nobody caught within 10s: ending, services run on');
  });

  it('of a plugin are logged with its name until it is switched off, and never end the process', async () => {
    const { lines, crashes, culprits } = await watching();
    culprits.push(...Array.from({ length: 20 }, () => ({ plugin: 'leaky', isKnown: false })));
    culprits.push(...Array.from({ length: 80 }, () => ({ plugin: 'leaky', isKnown: true })));
    for (let count = 0; count < 100; count++) fault('boom');
    expect(lines).toHaveLength(20);
    expect(lines[0]).toMatch(/^\[ERROR\] an error that nobody caught, of plugin "leaky": Error: boom\n {4}at /);
    expect(crashes).toEqual([]);
  });

  it('do not add up over time', async () => {
    const { crashes, clock } = await watching();
    for (let count = 0; count < 100; count++) {
      fault('boom');
      await clock.advance(600);
    }
    expect(crashes).toEqual([]);
  });
});
