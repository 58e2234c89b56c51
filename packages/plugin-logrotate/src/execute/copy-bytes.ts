import { fstatSync, ftruncateSync, read, readSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

const CHUNK = 1024 * 1024;
/** Up to this size a copy is done before the event loop would have turned. */
const AT_ONCE = 128 * 1024;
const BLOCK = 4096;
const ZEROES = Buffer.alloc(BLOCK);

const readAsync = promisify(read);
const writeAsync = promisify(write);

/** Two open files and where to begin. */
export interface ByteCopy {
  readonly from: number;
  readonly to: number;
  readonly start: number;
}

/**
 * Copies from a position to the end of a file as it is when it is reached; returns that position. Large files are copied
 * off the main thread, and holes of a sparse file stay holes.
 */
export async function copyBytes({ from, to, start }: ByteCopy): Promise<number> {
  const stat = fstatSync(from);
  if (stat.size - start <= AT_ONCE) return copyBytesSync({ from, to, start });
  const isSparse = stat.blocks * 512 < stat.size;
  const buffer = Buffer.allocUnsafe(CHUNK);
  let position = start;
  for (;;) {
    const { bytesRead } = await readAsync(from, buffer, 0, CHUNK, position);
    if (bytesRead === 0) break;
    await writeAll({ to, data: buffer.subarray(0, bytesRead), position, isSparse });
    position += bytesRead;
  }
  if (isSparse) ftruncateSync(to, position);
  return position;
}

/** The same without letting anything else happen in between. */
export function copyBytesSync({ from, to, start }: ByteCopy): number {
  const stat = fstatSync(from);
  const isSparse = stat.blocks * 512 < stat.size;
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(BLOCK, stat.size - start + BLOCK)));
  let position = start;
  for (;;) {
    const length = readSync(from, buffer, 0, buffer.length, position);
    if (length === 0) break;
    for (const piece of pieces({ data: buffer.subarray(0, length), isSparse })) {
      for (let done = 0; done < piece.data.length;) {
        done += writeSync(to, piece.data, done, piece.data.length - done, position + piece.offset + done);
      }
    }
    position += length;
  }
  if (isSparse) ftruncateSync(to, position);
  return position;
}

async function writeAll({
  to,
  data,
  position,
  isSparse,
}: {
  to: number;
  data: Buffer;
  position: number;
  isSparse: boolean;
}): Promise<void> {
  for (const piece of pieces({ data, isSparse })) {
    for (let done = 0; done < piece.data.length;) {
      const { bytesWritten } = await writeAsync(
        to,
        piece.data,
        done,
        piece.data.length - done,
        position + piece.offset + done,
      );
      done += bytesWritten;
    }
  }
}

/** The runs of blocks that hold anything but zeroes; all of it when the file has no holes. */
function pieces({ data, isSparse }: { data: Buffer; isSparse: boolean }): { data: Buffer; offset: number }[] {
  if (!isSparse) return [{ data, offset: 0 }];
  const found: { data: Buffer; offset: number }[] = [];
  let start = -1;
  for (let at = 0; at < data.length; at += BLOCK) {
    const block = data.subarray(at, at + BLOCK);
    const isEmpty = block.equals(ZEROES.subarray(0, block.length));
    if (!isEmpty && start < 0) start = at;
    if (isEmpty && start >= 0) {
      found.push({ data: data.subarray(start, at), offset: start });
      start = -1;
    }
  }
  if (start >= 0) found.push({ data: data.subarray(start), offset: start });
  return found;
}
