// Writes bytes of a kind as fast as they are taken, once the file named GO is there: `node bytes.ts KIND BYTES GO`.
import { existsSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** What is written over and over. */
export type ByteKind = 'lines' | 'binary' | 'one line';

const BLOCK = 1_000_000;

/** A block of it: lines of 100 bytes, every byte value in no order, or text without any newline. The same each time. */
export function blockOf(kind: ByteKind): Buffer {
  const block = Buffer.alloc(BLOCK);
  let random = 88_172_645;
  for (let at = 0; at < BLOCK; at++) {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    if (kind === 'binary') block[at] = random & 255;
    else block[at] = kind === 'lines' && at % 100 === 99 ? 10 : 97 + ((random >>> 8) % 26);
  }
  return block;
}

async function main([kind, bytes, go = '']: readonly string[]): Promise<void> {
  const block = blockOf(kind as ByteKind);
  while (!existsSync(go)) await pause(20);
  for (let written = 0; written < Number(bytes);) {
    try {
      const at = written % BLOCK;
      written += writeSync(1, block, at, Math.min(BLOCK - at, Number(bytes) - written, 65_536));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
  setInterval(() => undefined, 1 << 30);
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
