import { describe, expect, it } from 'vitest';
import { MODES, runFlood } from './flood-bench.ts';

/** The long run is benchmarks/logrotate/zero-loss.ts. */
const COUNT = 1_200_000;
const KILLS = 4;
/** Lines in what one read takes from a pipe. */
const LINES_A_READ = Math.ceil(65_536 / 40);

describe('a service that writes 200,000 lines a second, rotated twice a second', () => {
  it.each(MODES)('finds every line in its log exactly once, in order: %s', async (_, words) => {
    const found = await runFlood({ words, count: COUNT });
    expect(found).toMatchObject({ lost: 0, doubled: 0, torn: 0, disordered: 0, lines: COUNT });
    expect(found.files).toBeGreaterThan(10);
  });

  it('finds no line twice and none out of order when the supervisor is killed again and again', async () => {
    const found = await runFlood({ words: 'compress = true', count: COUNT, kills: KILLS });

    expect(found).toMatchObject({ doubled: 0, disordered: 0 });
    // A kill that comes between the kernel's handing over of a chunk and its writing takes that one chunk along: rare, and no
    // program without the pipe's bytes on disk can help it. Everything else is here.
    expect(found.lost).toBeLessThanOrEqual(KILLS * LINES_A_READ);
    expect(found.torn).toBeLessThanOrEqual(KILLS);
    if (found.lost > 0) console.warn(`${found.lost} lines were in a chunk that died with the supervisor`);
  });
});
