import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { DescriptorStream } from '../execute/descriptor-stream.ts';
import type { StoredFile } from './stored-log.ts';

const NEWLINE = 10;
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
    const gunzip = createGunzip({ chunkSize: 256 * 1024 });
    const feeding = feed(gunzip, source);
    yield* gunzip as AsyncIterable<Buffer>;
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

async function feed(gunzip: ReturnType<typeof createGunzip>, source: DescriptorStream): Promise<void> {
  try {
    for await (const chunk of source.chunks()) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(chunk)) {
        await new Promise<void>((resolve) => {
          gunzip.once('drain', resolve);
          gunzip.once('close', resolve);
        });
      }
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error as Error);
  }
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
