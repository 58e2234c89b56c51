import { getActiveResourcesInfo } from 'node:process';
import { nextTurn } from './settle.ts';

/** Work that ends by itself and says nothing about what is left open. */
const PASSING: ReadonlySet<string> = new Set([
  'Immediate',
  'TickObject',
  'CloseReq',
  'FSReqCallback',
  'FSReqPromise',
  'WriteWrap',
  'ShutdownWrap',
]);

/** Test runners set and clear a timer of their own now and then. */
const RUNNERS_OWN: ReadonlyMap<string, number> = new Map([['Timeout', 1]]);

/** Real time for sockets to close. */
const PATIENCE_MS = 2000;

/** What keeps this process alive right now: open sockets, servers, children, watchers and timers, by kind. */
export function openResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of getActiveResourcesInfo()) {
    if (!PASSING.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** What is open beyond what was open before, as `2 × Timeout`, once what is being closed had time to close. */
export async function leftOpen(before: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const startedMs = performance.now();
  for (;;) {
    const more = [...openResources()].flatMap(([kind, count]) => {
      const surplus = count - (before.get(kind) ?? 0);
      return surplus > (RUNNERS_OWN.get(kind) ?? 0) ? `${surplus} × ${kind}` : [];
    });
    if (more.length === 0 || performance.now() - startedMs > PATIENCE_MS) return more;
    await nextTurn();
  }
}
