import { futimesSync, type Stats } from 'node:fs';

/** Gives an open file the times of another: a compressed log is as old as the log. */
export function setTimes(descriptor: number, { atimeMs, mtimeMs }: Pick<Stats, 'atimeMs' | 'mtimeMs'>): void {
  futimesSync(descriptor, atimeMs / 1000, mtimeMs / 1000);
}
