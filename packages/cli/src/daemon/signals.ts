import type { Supervisor } from '@tappet/core';
import { renderProblem } from '../output/problem.ts';
import type { DaemonLog } from './daemon-log.ts';

/** These end the supervisor; the second one shortens the wait. */
const ENDING = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/**
 * These would end a process that has no handler. SIGUSR1 among them, with which Node would open a debugger
 * (https://nodejs.org/api/process.html#signal-events).
 */
const IGNORED = [
  'SIGUSR1',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGVTALRM',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
  'SIGTRAP',
  'SIGSTKFLT',
] as const;

/** Says what each signal means to a daemon. Returns what takes the handlers away again. */
export function handleSignals({ supervisor, log }: { supervisor: Supervisor; log: DaemonLog }): () => void {
  let hasAsked = false;
  const handlers = new Map<NodeJS.Signals, () => void>();
  for (const signal of ENDING) {
    handlers.set(signal, () => {
      if (hasAsked) {
        log.logger.warn(`received ${signal} again: one more second`);
        supervisor.hurry();
        return;
      }
      hasAsked = true;
      supervisor.requestStop(`received ${signal}`);
    });
  }
  handlers.set('SIGHUP', () => void reload({ supervisor, log }));
  for (const signal of IGNORED) handlers.set(signal, () => undefined);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

async function reload({ supervisor, log }: { supervisor: Supervisor; log: DaemonLog }): Promise<void> {
  try {
    await supervisor.reload();
  } catch (error) {
    log.logger.error(`cannot reload, the configuration in force stays:\n${await renderProblem(error)}`);
  }
}
