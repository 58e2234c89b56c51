import { readFileSync } from 'node:fs';

/** Descriptors that the supervisor needs for itself: control connections, folders, starts under way. */
const RESERVE = 48;

/** How many logs may be held open: half of what the limit on descriptors leaves. The other half is for the pipes of services. */
export function logAllowance(): number {
  const limit = /^Max open files\s+(\d+)/m.exec(limits())?.[1];
  return limit === undefined ? Infinity : Math.max(1, Math.floor((Number(limit) - RESERVE) / 2));
}

/** Only Linux tells. */
function limits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
