import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** How the kept lines compare with those that were written. */
export interface Census {
  readonly lines: number;
  readonly lost: number;
  readonly doubled: number;
  /** Not a line that was written. */
  readonly torn: number;
  /** Lines that come before one with a smaller number. */
  readonly disordered: number;
  readonly files: number;
}

const LINE = /^\d{12} the quick brown fox jumps$/;

/** The files of a log, oldest first: numbered or dated ones. */
export function logFiles(folder: string, log: string): string[] {
  if (!existsSync(join(folder, log))) return [];
  const names = readdirSync(folder).filter((name) => name.startsWith(log) && name !== log);
  const order = (name: string): number => {
    const number = /^\.(\d+)/.exec(name.slice(log.length))?.[1];
    if (number !== undefined) return -Number(number);
    return Number(/\.(\d+)(\.gz)?$/.exec(name.slice(log.length))?.[1] ?? 1);
  };
  return [...names.toSorted((a, b) => order(a) - order(b)), log].map((name) => join(folder, name));
}

/** Looks at every line of every file of a log. */
export function census(folder: string, { log, count }: { log: string; count: number }): Census {
  const seen = new Uint8Array(count);
  const found = { lines: 0, doubled: 0, torn: 0, disordered: 0 };
  let last = -1;
  const files = logFiles(folder, log);
  for (const path of files) {
    const bytes = readFileSync(path);
    const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    if (text === '') continue;
    if (!text.endsWith('\n')) found.torn++;
    for (const line of text.replace(/\n$/, '').split('\n')) {
      found.lines++;
      const number = LINE.test(line) ? Number(line.slice(0, 12)) : NaN;
      if (!(number < count)) {
        found.torn++;
        continue;
      }
      if (seen[number] === 1) found.doubled++;
      seen[number] = 1;
      if (number < last) found.disordered++;
      last = number;
    }
  }
  let lost = 0;
  for (const mark of seen) lost += 1 - mark;
  return { ...found, lost, files: files.length };
}

/** Whether the last line has been written. */
export function hasLast(folder: string, { log, count }: { log: string; count: number }): boolean {
  const wanted = String(count - 1).padStart(12, '0');
  const files = logFiles(folder, log).slice(-2);
  return files.some((path) => {
    try {
      const bytes = readFileSync(path);
      return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).includes(wanted);
    } catch {
      // It was renamed meanwhile.
      return false;
    }
  });
}
