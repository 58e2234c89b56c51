import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Collector } from './small-memory.ts';
import type { StoredFile } from './stored-log.ts';

const NEWLINE = 10;
const CHUNK = 64 * 1024;

/**
 * The content of a file, unpacked, in pieces of whole lines. A last line without a newline gets one. Never holds more than a piece and
 * a line.
 */
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
  const collector = new Collector();
  try {
    for await (const chunk of await contentOf(file, { descriptor, start })) {
      yield chunk;
      collector.read(chunk.length);
    }
  } finally {
    closeSync(descriptor);
    collector.end();
  }
}

async function contentOf(
  { path, isCompressed }: Pick<StoredFile, 'path' | 'isCompressed'>,
  { descriptor, start }: { descriptor: number; start: number },
): Promise<AsyncIterable<Buffer>> {
  if (!isCompressed) return wholeLines(chunksOf(descriptor, start));
  const { unpacked } = await import('./unpack.ts');
  return wholeLines(unpacked(path, descriptor));
}

function* chunksOf(descriptor: number, start: number): Generator<Buffer, void> {
  for (let position = start; ;) {
    const chunk = Buffer.allocUnsafeSlow(CHUNK);
    const length = readSync(descriptor, chunk, 0, CHUNK, position);
    if (length === 0) return;
    position += length;
    yield chunk.subarray(0, length);
  }
}

/** A line that lies in two chunks is a piece of its own, so that the rest of the chunk need not be copied. */
async function* wholeLines(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer, void> {
  let head: Buffer[] = [];
  for await (const chunk of chunks) {
    let begin = 0;
    if (head.length > 0) {
      begin = chunk.indexOf(NEWLINE) + 1;
      head.push(begin === 0 ? chunk : chunk.subarray(0, begin));
      if (begin === 0) continue;
      yield Buffer.concat(head);
      head = [];
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > begin) yield chunk.subarray(begin, end);
    // A copy: the beginning of a line must not keep the whole chunk.
    if (end < chunk.length) head.push(Buffer.from(chunk.subarray(Math.max(begin, end))));
  }
  if (head.length > 0) yield Buffer.concat([...head, Buffer.of(NEWLINE)]);
}
