import { createReadStream, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bench, until } from '../support/tappet.ts';
import { blockOf, type ByteKind } from './bytes.ts';
import { logFiles } from './flood.ts';

const PROGRAM = fileURLToPath(new URL('bytes.ts', import.meta.url));

/** What a supervisor needed for a flood, and what became of the bytes. */
export interface FloodMemory {
  readonly idleMb: number;
  /** The most at any moment after the flood began. */
  readonly peakMb: number;
  readonly seconds: number;
  readonly files: number;
  /** Position of the first byte that is not the one that was written; undefined when all are, and no more. */
  readonly firstWrong: number | undefined;
}

/** One service writes so many bytes at full speed into a log with these words in `[services.logrotate]`; nothing is compressed. */
export async function floodMemory({
  kind,
  bytes,
  words,
}: {
  kind: ByteKind;
  bytes: number;
  words: string;
}): Promise<FloodMemory> {
  await using one = bench('');
  const go = join(one.folder, 'go');
  one.write(
    'services.toml',
    `project = "memory"\n[plugins.control]\n[plugins.logrotate]\ndirectory = "log"\n[[services]]\nname = "flood"\n` +
      `command = "${process.execPath}"\nargs = ["${PROGRAM}", "${kind}", "${bytes}", "${go}"]\nstop_timeout = 2\n` +
      `[services.logrotate]\nrotate = -1\ncompress = false\n${words}\n`,
  );
  const daemon = one.up();
  await daemon.line(/is running/);
  const idleMb = await settled(daemon.pid);
  // From here on the peak counts anew: https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
  writeFileSync(`/proc/${daemon.pid}/clear_refs`, '5');
  const begin = performance.now();
  writeFileSync(go, '');
  const log = join(one.folder, 'log');
  await until(() => writtenTo(log) >= bytes, 'the last byte', 120_000);
  const seconds = (performance.now() - begin) / 1000;
  const peakMb = memoryMb(daemon.pid, 'VmHWM');
  await one.run(['down']);
  const files = logFiles(log, 'flood.log');
  return { idleMb, peakMb, seconds, files: files.length, firstWrong: await firstWrong(files, { kind, bytes }) };
}

function writtenTo(log: string): number {
  try {
    return readdirSync(log)
      .filter((name) => name.startsWith('flood.log'))
      .map((name) => statSync(join(log, name)).size)
      .reduce((sum, size) => sum + size, 0);
  } catch {
    // A file got another name meanwhile.
    return 0;
  }
}

async function firstWrong(
  files: readonly string[],
  { kind, bytes }: { kind: ByteKind; bytes: number },
): Promise<number | undefined> {
  const block = blockOf(kind);
  let position = 0;
  for (const path of files) {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length;) {
        const begin = position % block.length;
        const length = Math.min(block.length - begin, chunk.length - at);
        if (chunk.compare(block, begin, begin + length, at, at + length) !== 0) return position;
        position += length;
        at += length;
      }
    }
  }
  return position === bytes ? undefined : position;
}

/** Resident memory once it has not changed for half a second. */
async function settled(pid: number): Promise<number> {
  for (let last = NaN, same = 0; ;) {
    const now = memoryMb(pid, 'VmRSS');
    same = Math.abs(now - last) < 0.2 ? same + 1 : 0;
    if (same === 10) return now;
    last = now;
    await pause(50);
  }
}

function memoryMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
}
