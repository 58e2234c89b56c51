import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGunzip } from 'node:zlib';
import { DescriptorStream } from '../execute/descriptor-stream.ts';
import type { StoredFile } from './stored-log.ts';

const NEWLINE = 10;
const CHUNK = 64 * 1024;
/** Bytes after which what was read is collected. */
const COLLECT_EVERY = 8 * 1024 * 1024;
/** Other endings that have a program of their own. */
const PROGRAMS: Readonly<Record<string, string>> = { '.xz': 'xz', '.bz2': 'bzip2', '.zst': 'zstd', '.lz4': 'lz4' };

/** The content of a file, unpacked, in pieces of whole lines. A last line without a newline gets one. Never holds more than a piece. */
export async function* blocksOf(
  file: Pick<StoredFile, 'path' | 'isCompressed'>,
  start = 0,
): AsyncGenerator<Buffer, void> {
  let descriptor: number;
  try {
    descriptor = openSync(file.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // Rotated away or removed since it was listed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const source = new DescriptorStream(descriptor);
  try {
    yield* wholeLines(file.isCompressed ? unpacked(file.path, source) : source.chunks(start));
  } finally {
    await source.idle();
    closeSync(descriptor);
  }
}

async function* unpacked(path: string, source: DescriptorStream): AsyncGenerator<Buffer, void> {
  const program = Object.entries(PROGRAMS).find(([ending]) => path.endsWith(ending))?.[1];
  if (program === undefined) {
    const gunzip = createGunzip({ chunkSize: CHUNK });
    const feeding = pipeline(source.chunks(), gunzip).catch((error: unknown) => gunzip.destroy(error as Error));
    let sinceCollected = 0;
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      yield piece;
      sinceCollected += piece.length;
      if (sinceCollected < COLLECT_EVERY) continue;
      sinceCollected = 0;
      collect();
    }
    await feeding;
    return;
  }
  const child = spawn(program, ['-dc', '--', path], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`cannot unpack ${path}: ${error.message}`)));
    child.once('close', resolve);
  });
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    await ended;
  } finally {
    child.kill();
  }
}

let collector: (() => void) | undefined;

/**
 * Buffers weigh nothing in V8's young heap, so it lets a hundred MB of them pile up before it looks. Asked every few MB it takes
 * them away at the cost of a fraction of a millisecond.
 */
function collect(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    const gc: unknown = runInNewContext('gc');
    collector =
      typeof gc === 'function' ? () => void (gc as (how: object) => unknown)({ type: 'minor' }) : () => undefined;
  }
  collector();
}

async function* wholeLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let head: Buffer[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      head.push(chunk);
      continue;
    }
    yield head.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...head, chunk.subarray(0, end)]);
    head = end === chunk.length ? [] : [chunk.subarray(end)];
  }
  if (head.length > 0) yield Buffer.concat([...head, Buffer.of(NEWLINE)]);
}
