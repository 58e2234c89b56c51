import type { Supervisor } from '@tappet/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDaemonLog } from '../../../../packages/cli/src/daemon/daemon-log.ts';
import { handleSignals } from '../../../../packages/cli/src/daemon/signals.ts';

interface Recorded {
  readonly calls: string[];
  readonly lines: string[];
  reload: () => Promise<unknown>;
}

let takeAway: (() => void) | undefined;
afterEach(() => takeAway?.());

async function listening(): Promise<Recorded> {
  const recorded: Recorded = { calls: [], lines: [], reload: () => Promise.resolve() };
  const supervisor = {
    requestStop: (reason: string) => void recorded.calls.push(`stop: ${reason}`),
    hurry: () => void recorded.calls.push('hurry'),
    reload: () => {
      recorded.calls.push('reload');
      return recorded.reload();
    },
  } as Partial<Supervisor> as Supervisor;
  const log = await createDaemonLog({ format: 'text', write: (text) => void recorded.lines.push(text) });
  takeAway = handleSignals({ supervisor, log });
  return recorded;
}

describe('signals of a daemon', () => {
  it('asks for the shutdown at the first TERM, INT or QUIT and hurries at the second', async () => {
    const { calls } = await listening();
    process.kill(process.pid, 'SIGTERM');
    await vi.waitFor(() => expect(calls).toEqual(['stop: received SIGTERM']));
    process.kill(process.pid, 'SIGINT');
    await vi.waitFor(() => expect(calls).toEqual(['stop: received SIGTERM', 'hurry']));
  });

  it('reloads at HUP and logs a refusal', async () => {
    const recorded = await listening();
    recorded.reload = () => Promise.reject(Object.assign(new Error('cannot use it'), { code: 'ERR_CONFIG_INVALID' }));
    process.kill(process.pid, 'SIGHUP');
    await vi.waitFor(() =>
      expect(recorded.lines).toEqual(['[ERROR] cannot reload, the configuration in force stays:\ncannot use it\n']),
    );
  });

  it('survives every other signal that would end it', async () => {
    const { calls } = await listening();
    const signals = [
      'SIGUSR1',
      'SIGUSR2',
      'SIGALRM',
      'SIGVTALRM',
      'SIGIO',
      'SIGPWR',
      'SIGXCPU',
      'SIGXFSZ',
      'SIGSYS',
    ] as const;
    for (const signal of [...signals, 'SIGPIPE', 'SIGWINCH', 'SIGTRAP', 'SIGSTKFLT'] as const)
      process.kill(process.pid, signal);
    process.kill(process.pid, 'SIGHUP');
    await vi.waitFor(() => expect(calls).toEqual(['reload']));
  });
});
