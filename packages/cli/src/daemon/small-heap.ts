import { setFlagsFromString } from 'node:v8';
import type { Supervisor } from '@tappet/core';

/** So many starts leave garbage that is worth a pause of some 30 ms. */
const BURST = 50;
/** Since the last start: nobody waits then. */
const QUIET_MS = 1000;

/**
 * Keeps the heap of a daemon small. A fork copies page tables, so each MB held makes every start some 30 µs slower, and what the start of
 * hundreds of services needed once would stay for good: with 500 services 42 MB of anonymous memory instead of 32.
 */
export function keepHeapSmall(
  supervisor: Pick<Supervisor, 'subscribe'>,
  compact: () => Promise<void> = compactHeap,
): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  // What a restart needs was compiled for the start, and takes no memory to speak of: 5 % of a restart.
  setFlagsFromString('--no-flush-bytecode');
  // The first quiet moment always counts: everything was loaded and read before it.
  let starts = BURST;
  let timer: NodeJS.Timeout | undefined;
  supervisor.subscribe(({ type }) => {
    if (type !== 'spawn') return;
    starts++;
    if (starts < BURST) return;
    timer ??= setTimeout(() => {
      starts = 0;
      void compact();
    }, QUIET_MS).unref();
    timer.refresh();
  });
}

/** V8 offers its collector only by a flag, and the flag only to contexts made after it was set (https://nodejs.org/api/v8.html). */
async function compactHeap(): Promise<void> {
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collectGarbage: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  // The `last-resort` gives pages back to the system; a regular collection keeps them.
  const options = { type: 'major', execution: 'sync', flavor: 'last-resort' };
  if (typeof collectGarbage === 'function') collectGarbage(options);
}
