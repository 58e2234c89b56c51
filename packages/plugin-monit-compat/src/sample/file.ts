import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import type { ServiceType } from '../language/ast.ts';
import type { Facts, Sample } from '../engine/sample.ts';
import { type ChecksumMemory, readChecksums } from './checksum.ts';

/** What the next look goes on from. */
export interface FileMemory {
  readonly lines: LinesMemory | undefined;
  readonly checksums: ChecksumMemory | undefined;
}

/** Where reading a file stopped: lines before it have been seen. */
interface LinesMemory {
  readonly inode: number;
  readonly offset: number;
}

export interface FileNeeds {
  readonly checksums: readonly ('md5' | 'sha1' | 'sha256')[];
  readonly content: boolean;
}

export interface FileInput {
  readonly type: Extract<ServiceType, 'file' | 'directory' | 'fifo'>;
  readonly path: string;
  readonly needs: FileNeeds;
  readonly memory: FileMemory | undefined;
  /** `set limits { fileContentBuffer }`: longer lines are cut. */
  readonly lineBytes: number;
}

/** Looks at a file, directory or fifo. A symbolic link counts as what it points at. */
export function sampleNode(input: FileInput): { readonly sample: Sample; readonly memory: FileMemory | undefined } {
  const { path, type, needs } = input;
  let stat: Stats;
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined)
      return {
        sample: { presence: 'missing', reason: `${type} ${path} does not exist`, facts: {} },
        memory: input.memory,
      };
    stat = found;
  } catch (error) {
    return { sample: { presence: 'unreadable', reason: messageOf(error), facts: {} }, memory: input.memory };
  }
  if (!isOfType(stat, type))
    return { sample: { presence: 'invalid', reason: `${path} is not a ${type}`, facts: {} }, memory: input.memory };
  const facts = nodeFacts(stat);
  if (type !== 'file') return { sample: { presence: 'present', facts }, memory: undefined };
  try {
    const content = needs.content ? readNewLines(input, stat) : undefined;
    const algorithms = needs.checksums;
    const sums =
      algorithms.length === 0
        ? undefined
        : readChecksums({ path, stat, algorithms, memory: input.memory?.checksums, wallMs: Date.now() });
    return {
      sample: {
        presence: 'present',
        facts: {
          ...facts,
          sizeBytes: stat.size,
          ...(sums === undefined ? {} : { checksums: sums.checksums }),
          ...(content === undefined ? {} : { lines: content.lines }),
        },
      },
      memory: { lines: content?.memory, checksums: sums },
    };
  } catch (error) {
    return { sample: { presence: 'unreadable', reason: messageOf(error), facts }, memory: input.memory };
  }
}

/** Owner, permission, links and times, as every kind of node has them. */
export function nodeFacts(stat: Stats): Facts {
  return {
    uid: stat.uid,
    gid: stat.gid,
    mode: stat.mode & 0o7777,
    hardlinks: stat.nlink,
    times: {
      atime: Math.floor(stat.atimeMs / 1000),
      ctime: Math.floor(stat.ctimeMs / 1000),
      mtime: Math.floor(stat.mtimeMs / 1000),
      timestamp: Math.floor(Math.max(stat.ctimeMs, stat.mtimeMs) / 1000),
    },
  };
}

function isOfType(stat: Stats, type: FileInput['type']): boolean {
  if (type === 'directory') return stat.isDirectory();
  return type === 'fifo' ? stat.isFIFO() : stat.isFile();
}

/** At most so much is read in one look; the rest is read at the next one. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The complete lines since the last look. The first look only remembers where the file ends; a shorter file or another
 * inode is read from its beginning; an unfinished last line waits for its end.
 */
function readNewLines(
  { path, memory: before, lineBytes }: FileInput,
  stat: Stats,
): { readonly lines: string[]; readonly memory: LinesMemory } {
  const memory = before?.lines;
  if (memory === undefined) return { lines: [], memory: { inode: stat.ino, offset: stat.size } };
  const start = memory.inode === stat.ino && memory.offset <= stat.size ? memory.offset : 0;
  const text = readRange(path, start, Math.min(stat.size - start, MOST_BYTES));
  const end = text.lastIndexOf(10) + 1;
  // A line longer than everything read at once can never be completed: give it up.
  const consumed = end === 0 && text.length === MOST_BYTES ? text.length : end;
  const lines = text
    .subarray(0, end)
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.slice(0, Math.max(1, lineBytes - 1)));
  return { lines, memory: { inode: stat.ino, offset: start + consumed } };
}

function readRange(path: string, start: number, length: number): Buffer {
  if (length <= 0) return Buffer.alloc(0);
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(Math.min(length, Math.max(0, fstatSync(descriptor).size - start)));
    let filled = 0;
    while (filled < buffer.length) {
      const read = readSync(descriptor, buffer, filled, buffer.length - filled, start + filled);
      if (read === 0) break;
      filled += read;
    }
    return buffer.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
