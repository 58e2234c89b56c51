import { describe, expect, it } from 'vitest';
import { floodMemory } from './memory-bench.ts';

/** The figure is 20, see benchmarks/logrotate/memory.ts; a collection that comes late on a loaded machine must not fail this. */
const MOST_MB = 30;

describe('the log of a service that writes at full speed', () => {
  it.each([
    ['lines, rotated again and again', { kind: 'lines', bytes: 200_000_000, words: 'size = "20M"', files: 10 }],
    ['bytes of every value, NUL too', { kind: 'binary', bytes: 100_000_000, words: 'size = "20M"', files: 5 }],
    ['one line of 10 MB that does not end', { kind: 'one line', bytes: 10_000_000, words: 'size = "1M"', files: 5 }],
  ] as const)('holds exactly its bytes in a bounded memory: %s', async (_, { files, ...flood }) => {
    const found = await floodMemory(flood);

    expect(found.firstWrong).toBeUndefined();
    expect(found.files).toBeGreaterThanOrEqual(files);
    expect(found.peakMb - found.idleMb).toBeLessThan(MOST_MB);
  });
});
