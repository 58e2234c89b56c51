import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Bench, bench, until } from '../support/tappet.ts';
import { census, hasLast, logFiles } from './flood.ts';

const PROGRAM = fileURLToPath(new URL('numbered-lines.mjs', import.meta.url));
/** The long run is benchmarks/logrotate/zero-loss.ts. */
const RATE = 200_000;
const COUNT = 1_200_000;

const MODES: readonly (readonly [string, string])[] = [
  ['rename', ''],
  ['copytruncate', 'copytruncate = true'],
  ['compress', 'compress = true'],
  ['delaycompress', 'compress = true\ndelaycompress = true'],
  ['dateext', 'dateext = true'],
];

function floodBench(words: string): Bench {
  return bench(`
project = "flood"
[plugins.control]
[plugins.logrotate]
directory = "log"
[plugins.logrotate.defaults]
compress = false
[[services]]
name = "flood"
command = "${process.execPath}"
args = ["${PROGRAM}", "${RATE}", "${COUNT}"]
stop_timeout = 2
[services.logrotate]
size = "4M"
rotate = -1
${words}
`);
}

describe('a service that writes 200,000 lines a second, rotated twice a second', () => {
  it.each(MODES)('finds every line in its log exactly once, in order: %s', async (_, words) => {
    await using one = floodBench(words);
    const daemon = one.up();
    await daemon.line(/is running/);
    const log = join(one.folder, 'log');
    await until(() => hasLast(log, { log: 'flood.log', count: COUNT }), 'the last line', 60_000);
    expect((await one.run(['down'])).code).toBe(0);

    const found = census(log, { log: 'flood.log', count: COUNT });
    expect(found).toMatchObject({ lost: 0, doubled: 0, torn: 0, disordered: 0, lines: COUNT });
    expect(found.files).toBeGreaterThan(10);
  });

  it('finds every line also when the supervisor is killed again and again', async () => {
    await using one = floodBench('compress = true');
    const log = join(one.folder, 'log');
    let daemon = one.up();
    await daemon.line(/is running/);
    for (let kill = 0; kill < 4; kill++) {
      const files = logFiles(log, 'flood.log').length;
      await until(() => logFiles(log, 'flood.log').length > files + 1, 'two rotations more');
      daemon.child.kill('SIGKILL');
      await daemon.exited;
      daemon = one.up();
      await daemon.line(/adopted|took over|running/i);
    }
    await until(() => hasLast(log, { log: 'flood.log', count: COUNT }), 'the last line', 60_000);
    expect((await one.run(['down'])).code).toBe(0);

    expect(census(log, { log: 'flood.log', count: COUNT })).toMatchObject({
      lost: 0,
      doubled: 0,
      torn: 0,
      disordered: 0,
    });
  });
});
