import { readSync } from 'node:fs';
import type { OpenFile } from './open-files.ts';
import { blocksOf } from './read-blocks.ts';
import { type LineFilter, Selection } from './selection.ts';
import type { StoredFile } from './stored-log.ts';

const NEWLINE = 10;
const STEP = 64 * 1024;
/** Bytes that are put away at least before it is looked what is needed of them. */
const LOOK_EVERY = 256 * 1024;

/** Whether a file can hold anything wanted. */
export function mayHold({ modifiedMs }: StoredFile, { sinceMs = -Infinity }: LineFilter): boolean {
  return modifiedMs >= sinceMs;
}

/** The wanted lines of some files, given oldest first, in blocks of whole lines. */
export async function* readFiles(files: readonly OpenFile[], filter: LineFilter): AsyncGenerator<Buffer, void> {
  const selection = new Selection(filter);
  for (const file of files) {
    for await (const block of blocksOf(file)) {
      yield* selection.of(block);
      if (selection.hasEnded) return;
    }
  }
}

/** The last wanted lines, oldest first. Old files are only read when the newer ones have too few. */
export async function lastLines(
  files: readonly OpenFile[],
  { count, filter }: { count: number; filter: LineFilter },
): Promise<Buffer[]> {
  let lines: Buffer[] = [];
  for (const file of files.toReversed()) {
    if (lines.length >= count) break;
    const isWhole = filter.grep === undefined && filter.sinceMs === undefined && filter.untilMs === undefined;
    const start = isWhole && !file.isCompressed ? tailStart(file, count - lines.length) : 0;
    lines = [...(await lastOf(file, { count: count - lines.length, filter, start })), ...lines];
  }
  return lines;
}

/** Blocks are put away until they are more than what was kept of those before; then all but the last lines go. */
async function lastOf(
  file: OpenFile,
  { count, filter, start }: { count: number; filter: LineFilter; start: number },
): Promise<Buffer[]> {
  const selection = new Selection(filter);
  let parts: Buffer[] = [];
  let [keptBytes, newBytes] = [0, 0];
  for await (const block of blocksOf(file, start)) {
    parts.push(...selection.of(block));
    if (selection.hasEnded) break;
    newBytes += block.length;
    if (newBytes < Math.max(LOOK_EVERY, keptBytes)) continue;
    // A copy: a line must not keep its whole block.
    const kept = Buffer.concat(lastIn(parts, count));
    parts = [kept];
    [keptBytes, newBytes] = [kept.length, 0];
  }
  return lastIn(parts, count);
}

/** The last lines of some blocks, one by one. */
function lastIn(parts: readonly Buffer[], count: number): Buffer[] {
  const lines: Buffer[] = [];
  for (const part of parts.toReversed()) {
    for (let end = part.length; end > 0;) {
      if (lines.length === count) return lines.toReversed();
      const start = end === 1 ? 0 : part.lastIndexOf(NEWLINE, end - 2) + 1;
      lines.push(part.subarray(start, end));
      end = start;
    }
  }
  return lines.toReversed();
}

/** Where the last lines of a plain file begin. */
function tailStart({ descriptor, end: size }: OpenFile, count: number): number {
  const buffer = Buffer.allocUnsafe(STEP);
  let left = count;
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - STEP);
    const length = readSync(descriptor, buffer, 0, end - start, start);
    const block = buffer.subarray(0, length);
    // The newline at the very end closes the last line, it does not begin one.
    for (let at = block.lastIndexOf(NEWLINE, end === size ? length - 2 : length - 1); at >= 0;) {
      if (--left === 0) return start + at + 1;
      if (at === 0) break;
      at = block.lastIndexOf(NEWLINE, at - 1);
    }
    end = start;
  }
  return 0;
}
