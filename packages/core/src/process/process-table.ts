import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { isDead, type ProcessStat, readStat } from './identity.ts';

/** A living process as one look at /proc saw it. */
export interface ProcessEntry extends ProcessStat {
  /** Value of TAPPET_SERVICE_ID in its environment at its last exec; undefined when absent, not readable or not asked for. */
  readonly marker: string | undefined;
}

export interface ProcessTable {
  /**
   * All living processes but this one, with the markers of those that started at `sinceTicks` or later. Everyone who asks
   * within one turn of the loop shares one look.
   */
  scan(sinceTicks?: number): Promise<readonly ProcessEntry[]>;
  /** The last look if it is not older than half a second: enough to find what has run for a while. */
  recent(): Promise<readonly ProcessEntry[]>;
}

export const MARKER_VARIABLE = 'TAPPET_SERVICE_ID';

const RECENT_MS = 500;

export function createProcessTable(clock: Clock): ProcessTable {
  let pending: Promise<readonly ProcessEntry[]> | undefined;
  let since = Infinity;
  let last: { entries: readonly ProcessEntry[]; atMs: number } | undefined;

  function scan(sinceTicks = 0): Promise<readonly ProcessEntry[]> {
    since = Math.min(since, sinceTicks);
    pending ??= new Promise((resolve) => {
      setImmediate(() => {
        pending = undefined;
        resolve(readTable(since));
        since = Infinity;
      });
    });
    return pending;
  }

  return {
    scan,
    async recent() {
      if (last !== undefined && clock.nowMs() - last.atMs < RECENT_MS) return last.entries;
      const atMs = clock.nowMs();
      const entries = await scan();
      last = { entries, atMs };
      return entries;
    },
  };
}

function readTable(since: number): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const stat = readStat(pid);
    if (stat === undefined || isDead(stat)) continue;
    entries.push({ ...stat, marker: stat.startTime < since ? undefined : markerOf(pid) });
  }
  return entries;
}

const NEEDLE = `${MARKER_VARIABLE}=`;

/** The marker of a living process; undefined when it has none, or belongs to somebody whose environment is not ours to read. */
export function markerOf(pid: number): string | undefined {
  let environment: string;
  try {
    environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return undefined;
  }
  const start = environment.startsWith(NEEDLE) ? 0 : environment.indexOf(`\0${NEEDLE}`) + 1;
  if (start === 0 && !environment.startsWith(NEEDLE)) return undefined;
  const end = environment.indexOf('\0', start);
  return environment.slice(start + NEEDLE.length, end === -1 ? undefined : end);
}
