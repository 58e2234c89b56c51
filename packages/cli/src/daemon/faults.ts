import { type Clock, type Supervisor, systemClock } from '@tappet/core';
import type { DaemonLog } from './daemon-log.ts';

/** As a shell reports SIGABRT: the guard takes a status from 128 up for a crash and starts the daemon again. */
const CRASHED = 134;
const MOST_FAULTS = 20;
const WITHIN_MS = 10_000;

/**
 * Exceptions and rejections that nobody caught are logged and survived: most come from a timer or socket of a plugin, and a
 * plugin never takes the supervisor down. The core knows whose they are, and switches a plugin off that floods. A flood of those
 * that are nobody's means that nothing works any more; then the process ends as if it had crashed, the services live on, and
 * the next daemon adopts them. Returns what takes the handlers away again.
 */
export function watchFaults({
  log,
  uncaught,
  clock = systemClock,
  crash = () => process.exit(CRASHED),
}: {
  log: DaemonLog;
  uncaught: Supervisor['uncaught'];
  clock?: Clock;
  crash?: () => void;
}): () => void {
  let times: number[] = [];
  function fault(error: unknown): void {
    const culprit = uncaught(error);
    if (culprit?.isKnown === true) return;
    const whose = culprit === undefined ? '' : `, of plugin "${culprit.plugin}"`;
    log.logger.error(`an error that nobody caught${whose}: ${error instanceof Error ? error.stack : String(error)}`);
    if (culprit === undefined) countFlood();
  }
  function countFlood(): void {
    const nowMs = clock.nowMs();
    times = [...times.filter((time) => time > nowMs - WITHIN_MS), nowMs];
    if (times.length <= MOST_FAULTS) return;
    log.logger.error(`${times.length} errors that nobody caught within ${WITHIN_MS / 1000}s: ending, services run on`);
    crash();
  }
  process.on('uncaughtException', fault);
  process.on('unhandledRejection', fault);
  return () => {
    process.off('uncaughtException', fault);
    process.off('unhandledRejection', fault);
  };
}
