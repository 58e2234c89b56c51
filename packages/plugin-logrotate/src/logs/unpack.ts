import { spawn } from 'node:child_process';
import { readSync } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';

/** Small pieces: what waits to be collected, and what is in the processor's cache, is a few of them. */
const CHUNK = 32 * 1024;
/** Other endings that have a program of their own. */
const PROGRAMS: Readonly<Record<string, string>> = { '.xz': 'xz', '.bz2': 'bzip2', '.zst': 'zstd', '.lz4': 'lz4' };

/** The unpacked content of an open file. `path` tells how it was packed. */
export function unpacked(path: string, descriptor: number): AsyncIterable<Buffer> {
  const program = Object.entries(PROGRAMS).find(([ending]) => path.endsWith(ending))?.[1];
  return program === undefined ? gunzipped(descriptor) : unpackedBy(program, { path, descriptor });
}

/** By events: reading a stream in a loop joins what has gathered, which makes twice the garbage. */
async function* gunzipped(descriptor: number): AsyncGenerator<Buffer, void> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const pieces: Buffer[] = [];
  let wake = (): void => undefined;
  gunzip.on('data', (piece: Buffer) => {
    pieces.push(piece);
    gunzip.pause();
    wake();
  });
  gunzip.once('close', () => wake()).once('error', () => wake());
  feed(gunzip, descriptor).catch((error: unknown) => gunzip.destroy(error as Error));
  try {
    for (;;) {
      const piece = pieces.shift();
      if (piece !== undefined) yield piece;
      else if (gunzip.errored !== null) throw gunzip.errored;
      else if (gunzip.readableEnded) return;
      else await new Promise<void>((resolve) => ((wake = resolve), gunzip.resume()));
    }
  } finally {
    gunzip.destroy();
  }
}

/** One piece after the other through the same memory: the next one is read when the last one has been used up. */
async function feed(gunzip: Gunzip, descriptor: number): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  for (let position = 0; !gunzip.destroyed;) {
    const length = readSync(descriptor, buffer, 0, CHUNK, position);
    position += length;
    if (length === 0) {
      gunzip.end();
      return;
    }
    // Whoever reads meets the error.
    await new Promise<void>((resolve) => gunzip.write(buffer.subarray(0, length), () => resolve()));
  }
}

async function* unpackedBy(
  program: string,
  { path, descriptor }: { path: string; descriptor: number },
): AsyncGenerator<Buffer, void> {
  const child = spawn(program, ['-dc'], { stdio: [descriptor, 'pipe', 'ignore'] });
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
