import { closeSync, readSync } from 'node:fs';
import { type OpenFile, openStored } from './open-files.ts';
import { Collector } from './small-memory.ts';
import type { StoredFile } from './stored-log.ts';

const NEWLINE = 10;
const CHUNK = 64 * 1024;

/**
 * The content of a file, unpacked, in pieces of whole lines. A last line without a newline gets one. Never holds more than a piece and
 * a line.
 */
export async function* blocksOf(file: OpenFile, start = 0): AsyncGenerator<Buffer, void> {
  const collector = new Collector();
  try {
    for await (const chunk of await contentOf(file, start)) {
      yield chunk;
      collector.read(chunk.length);
    }
  } finally {
    collector.end();
  }
}

/** {@link blocksOf} by name; nothing when there is no such file any more. */
export async function* blocksOfStored(
  { path, isCompressed }: Pick<StoredFile, 'path' | 'isCompressed'>,
  start = 0,
): AsyncGenerator<Buffer, void> {
  const descriptor = openStored(path);
  if (descriptor === undefined) return;
  try {
    yield* blocksOf({ path, isCompressed, descriptor, end: Infinity }, start);
  } finally {
    closeSync(descriptor);
  }
}

async function contentOf(
  { path, isCompressed, descriptor, end }: OpenFile,
  start: number,
): Promise<AsyncIterable<Buffer>> {
  if (!isCompressed) return wholeLines(chunksOf(descriptor, { start, end }));
  const { unpacked } = await import('./unpack.ts');
  return wholeLines(unpacked(path, descriptor));
}

function* chunksOf(descriptor: number, { start, end }: { start: number; end: number }): Generator<Buffer, void> {
  for (let position = start; position < end;) {
    const chunk = Buffer.allocUnsafeSlow(CHUNK);
    const length = readSync(descriptor, chunk, 0, Math.min(CHUNK, end - position), position);
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
