import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { type Bench, bench, until } from '../support/tappet.ts';
import { type Census, census, hasLast, logFiles } from './flood.ts';

const PROGRAM = fileURLToPath(new URL('numbered-lines.mjs', import.meta.url));
const RATE = 200_000;

/** The ways to rotate, each with its words. Lines of 40 bytes and 4 MB a file: twice a second. */
export const MODES: readonly (readonly [string, string])[] = [
  ['rename', ''],
  ['copytruncate', 'copytruncate = true'],
  ['compress', 'compress = true'],
  ['delaycompress', 'compress = true\ndelaycompress = true'],
  ['dateext', 'dateext = true'],
];

/** A flood to its end, and what is in the logs then. `kills`: the supervisor is killed so often meanwhile, and started again. */
export async function runFlood({
  words,
  count,
  kills = 0,
}: {
  words: string;
  count: number;
  kills?: number;
}): Promise<Census> {
  await using one = floodBench({ words, count });
  const log = join(one.folder, 'log');
  let daemon = one.up();
  await daemon.line(/is running/);
  for (let kill = 0; kill < kills; kill++) {
    await until(() => logFiles(log, 'flood.log').length >= 2 * (kill + 1), 'two rotations more', 60_000);
    daemon.child.kill('SIGKILL');
    await daemon.exited;
    daemon = one.up();
  }
  await until(() => hasLast(log, { log: 'flood.log', count }), 'the last line', 120_000);
  const { code, stderr } = await one.run(['down']);
  if (code !== 0) throw new Error(`tappet down failed with ${code}: ${stderr}`);
  return census(log, { log: 'flood.log', count });
}

function floodBench({ words, count }: { words: string; count: number }): Bench {
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
args = ["${PROGRAM}", "${RATE}", "${count}"]
stop_timeout = 2
[services.logrotate]
size = "3900K"
rotate = -1
${words}
`);
}
