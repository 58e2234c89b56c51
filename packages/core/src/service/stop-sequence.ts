import type { Clock } from '../clock.ts';
import type { KillMode } from '../plan/plan.ts';
import type { RunningProcess } from '../process/contract.ts';

/**
 * Stop signal and SIGCONT (a frozen process obeys only when it runs), monotonic deadline, SIGKILL. Resolves when the
 * main process is gone. Once `hurry` aborts, one second is left whatever the timeout.
 */
export async function stopProcess(
  running: Pick<RunningProcess, 'signal' | 'exited'>,
  options: { clock: Clock; timeoutMs: number; hurry: AbortSignal; stopSignal: NodeJS.Signals; killMode: KillMode },
): Promise<void> {
  const { clock, hurry, stopSignal, killMode, timeoutMs } = options;
  const kill = (): void => void running.signal('SIGKILL', killMode);
  running.signal(stopSignal, killMode);
  if (stopSignal !== 'SIGKILL') running.signal('SIGCONT', killMode);
  let timer = clock.setTimer(hurry.aborted ? Math.min(timeoutMs, HURRY_MS) : timeoutMs, kill);
  const sooner = (): void => {
    timer.cancel();
    timer = clock.setTimer(HURRY_MS, kill);
  };
  hurry.addEventListener('abort', sooner, { once: true });
  await running.exited;
  hurry.removeEventListener('abort', sooner);
  timer.cancel();
}

/** What a service gets after a second termination signal to the supervisor. */
const HURRY_MS = 1000;
