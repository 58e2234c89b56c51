import { setFlagsFromString } from 'node:v8';
import type { Supervisor } from '@tappet/core';

/**
 * Keeps the heap of a daemon small. A fork copies page tables, so each MB held makes every start some 40 µs slower, and what the start of
 * hundreds of services needed once would stay for good: the young generation grows to 33 MB and does not shrink by itself.
 */
export function keepHeapSmall(supervisor: Pick<Supervisor, 'subscribe'>): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  const unsubscribe = supervisor.subscribe(({ type }) => {
    if (type !== 'started') return;
    unsubscribe();
    setTimeout(() => void collect(), QUIET_MS).unref();
  });
}

/** Everybody is up by then, and nobody waits. */
const QUIET_MS = 1000;

/** V8 offers its collector only by a flag, and the flag only to contexts made after it was set (https://nodejs.org/api/v8.html). */
async function collect(): Promise<void> {
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collectGarbage: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collectGarbage === 'function') collectGarbage();
}
