import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, type Stats } from 'node:fs';

type Algorithm = 'md5' | 'sha1' | 'sha256';

/** The checksums of a file, and of which state of it they are. */
export interface ChecksumMemory {
  readonly state: string;
  readonly checksums: Readonly<Partial<Record<Algorithm, string>>>;
  /** False when the file was written to so shortly before that the next change may carry the same time. */
  readonly isSettled: boolean;
}

export interface ChecksumInput {
  readonly path: string;
  readonly stat: Stats;
  readonly algorithms: readonly Algorithm[];
  readonly memory: ChecksumMemory | undefined;
  /** Wall clock, to compare with the times of the file. */
  readonly wallMs: number;
}

const SETTLED_MS = 2000;

/** Reads a file only when something was written to it since the last look: a big one would hold everybody up in every cycle. */
export function readChecksums({ path, stat, algorithms, memory, wallMs }: ChecksumInput): ChecksumMemory {
  const { dev, ino, size, mtimeMs, ctimeMs } = stat;
  const state = [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  if (memory?.isSettled === true && memory.state === state) return memory;
  const isSettled = wallMs - Math.max(mtimeMs, ctimeMs) > SETTLED_MS;
  return { state, checksums: hashFile(path, algorithms), isSettled };
}

const CHUNK_BYTES = 65_536;

function hashFile(path: string, algorithms: readonly Algorithm[]): Partial<Record<Algorithm, string>> {
  const hashes = algorithms.map((algorithm) => ({ algorithm, hash: createHash(algorithm) }));
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const descriptor = openSync(path, 'r');
  try {
    for (let length = readSync(descriptor, chunk); length > 0; length = readSync(descriptor, chunk)) {
      for (const { hash } of hashes) hash.update(chunk.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
  return Object.fromEntries(hashes.map(({ algorithm, hash }) => [algorithm, hash.digest('hex')]));
}
