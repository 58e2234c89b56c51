import { virtualClock } from '@tappet/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createDaemonLog } from '../../../../packages/cli/src/daemon/daemon-log.ts';
import { watchFaults } from '../../../../packages/cli/src/daemon/faults.ts';

let takeAway: (() => void) | undefined;
const others = new Map(
  (['uncaughtException', 'unhandledRejection'] as const).map((event) => [event, process.rawListeners(event)]),
);
afterEach(() => takeAway?.());

async function watching(): Promise<{ lines: string[]; crashes: number[]; clock: ReturnType<typeof virtualClock> }> {
  const lines: string[] = [];
  const crashes: number[] = [];
  const clock = virtualClock();
  const log = await createDaemonLog({ format: 'text', write: (text) => void lines.push(text) });
  takeAway = watchFaults({ log, clock, crash: () => void crashes.push(clock.nowMs()) });
  return { lines, crashes, clock };
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

  it('do not add up over time', async () => {
    const { crashes, clock } = await watching();
    for (let count = 0; count < 100; count++) {
      fault('boom');
      await clock.advance(600);
    }
    expect(crashes).toEqual([]);
  });
});
