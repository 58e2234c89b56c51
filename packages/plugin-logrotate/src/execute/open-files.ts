import { readdirSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';

/** `dev:ino` of regular files to the descriptors they are open under, for one moment. */
let seen: { readonly atMs: number; readonly holders: ReadonlyMap<string, readonly string[]> } | undefined;
/** A look at all processes is good for the logs of one block, not for longer. */
const FRESH_MS = 200;

/**
 * Whether another process has the file open for writing, as far as `/proc` shows. Processes of other users are
 * visible to root only.
 */
export function isHeldOpen({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): boolean {
  const now = performance.now();
  if (seen === undefined || now - seen.atMs > FRESH_MS) seen = { atMs: now, holders: lookAround() };
  return (seen.holders.get(`${dev}:${ino}`) ?? []).some(isWriting);
}

function lookAround(): Map<string, string[]> {
  const holders = new Map<string, string[]>();
  for (const pid of namesIn('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    for (const descriptor of namesIn(`/proc/${pid}/fd`)) {
      const key = fileBehind(`/proc/${pid}/fd/${descriptor}`);
      if (key === undefined) continue;
      const list = holders.get(key) ?? [];
      list.push(`/proc/${pid}/fdinfo/${descriptor}`);
      holders.set(key, list);
    }
  }
  return holders;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function fileBehind(link: string): string | undefined {
  try {
    const target = readlinkSync(link);
    if (!target.startsWith('/') || target.startsWith('/dev/')) return undefined;
    const stat = statSync(link);
    return stat.isFile() ? `${stat.dev}:${stat.ino}` : undefined;
  } catch {
    return undefined;
  }
}

function isWriting(fdinfo: string): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(fdinfo, 'utf8'))?.[1];
    return flags !== undefined && (parseInt(flags, 8) & 0o3) !== 0;
  } catch {
    return false;
  }
}
