import { closeSync, constants, fstatSync, fsyncSync, lstatSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { directoryOf } from '../language/old-directory.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import type { AnchoredPaths } from './anchored-path.ts';
import { runChild } from './child.ts';
import { DescriptorStream } from './descriptor-stream.ts';
import { setTimes } from './file-times.ts';
import { type Compression, FileProblem, type Outcome } from './log-files.ts';
import { createOutput, openNew, setOwnership } from './output-file.ts';

/** Commands that mean plain gzip, which is done here without a process. */
const GZIP_COMMANDS = new Set(['/bin/gzip', '/usr/bin/gzip', 'gzip']);
const LEVELS: Readonly<Record<string, number>> = { '--fast': 1, '--best': 9 };

/**
 * Writes the compressed form of a file under a hidden name and gives it its real name when it is complete and on disk.
 * The original stays. What is already under the real name is kept as a backup.
 */
export async function compressFile(paths: AnchoredPaths, compression: Compression): Promise<Outcome> {
  const { path, target, log, nowMs } = compression;
  const input = openRegular(paths, path);
  const hidden = hiddenName(target);
  const notes: Outcome['notes'][number][] = [];
  try {
    const stat = fstatSync(input);
    removeIfThere(paths.of(hidden));
    const output = openNew(paths.of(hidden));
    try {
      notes.push(...(await run({ compression, input, output })));
      setOwnership({ descriptor: output, path: target, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid });
      setTimes(output, {
        atimeMs: compression.accessedMs ?? stat.atimeMs,
        mtimeMs: compression.modifiedMs ?? stat.mtimeMs,
      });
      fsyncSync(output);
    } finally {
      closeQuietly(output);
    }
    notes.push(...makeRoom({ paths, target, nowMs }));
    renameSync(paths.of(hidden), paths.of(target));
    return { notes };
  } catch (error) {
    removeIfThere(paths.of(hidden));
    if (error instanceof FileProblem) throw error;
    throw new FileProblem(`failed to compress log ${log}: ${reasonOf(error)}`, { cause: error });
  } finally {
    closeSync(input);
  }
}

/** The name under which a compressed file grows: patterns for logs do not match it. */
export function hiddenName(target: string): string {
  const directory = directoryOf(target);
  return `${directory}/.${target.slice(target.lastIndexOf('/') + 1)}.tappet-part`;
}

async function run({
  compression,
  input,
  output,
}: {
  compression: Compression;
  input: number;
  output: number;
}): Promise<Outcome['notes']> {
  const level = gzipLevel(compression);
  if (level !== undefined) {
    await gzip({ input, output, level });
    return [];
  }
  return compressOutside({ compression, input, output });
}

/** Packs off the main thread, a piece at a time. */
async function gzip({ input, output, level }: { input: number; output: number; level: number }): Promise<void> {
  const from = new DescriptorStream(input);
  const to = new DescriptorStream(output);
  try {
    await pipeline(from.chunks(), createGzip({ level, chunkSize: 64 * 1024 }), (packed) => to.write(packed));
  } finally {
    await Promise.all([from.idle(), to.idle()]);
  }
}

/** Undefined when a program has to do it. */
function gzipLevel({ command, options }: Compression): number | undefined {
  if (!GZIP_COMMANDS.has(command)) return undefined;
  let level = 6;
  for (const option of options ?? []) {
    const chosen = /^-[1-9]$/.test(option)
      ? Number(option[1])
      : Object.hasOwn(LEVELS, option)
        ? LEVELS[option]
        : undefined;
    if (chosen === undefined) return undefined;
    level = chosen;
  }
  return level;
}

async function compressOutside({
  compression,
  input,
  output,
}: {
  compression: Compression;
  input: number;
  output: number;
}): Promise<Outcome['notes']> {
  const { path, command, options, log } = compression;
  const { code, stderr, startError } = await runChild({
    command,
    args: options ?? [],
    stdio: [input, output, 'pipe'],
    env: { ...process.env, LOGROTATE_COMPRESSED_FILENAME: path },
  });
  const said = stderr === '' ? [] : [wroteMessage(log, stderr)];
  if (code === 0) return said.map((message) => ({ level: 'error' as const, message }));
  if (startError !== undefined) said.push(`cannot execute compress command '${command}': ${reasonOf(startError)}`);
  throw new FileProblem([...said, `failed to compress log ${path}`].join('\nerror: '));
}

function wroteMessage(log: string, stderr: string): string {
  return `Compressing program wrote following message to stderr when compressing log ${log}:\n${stderr.trimEnd()}`;
}

/** Anything but a regular file, say a named pipe, has nothing that could be compressed. */
function openRegular(paths: AnchoredPaths, path: string): number {
  const descriptor = openInput(paths, path);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new FileProblem(`unable to open ${path} (read-only) for compression: Operation not supported`);
}

function openInput(paths: AnchoredPaths, path: string): number {
  try {
    return openSync(paths.of(path), constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (codeOf(cause) === 'EACCES' || codeOf(cause) === 'EROFS') {
      try {
        return openSync(paths.of(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      } catch (error) {
        throw new FileProblem(`unable to open ${path} (read-only) for compression: ${reasonOf(error)}`, {
          cause: error,
        });
      }
    }
    throw new FileProblem(`unable to open ${path} (read-write) for compression: ${reasonOf(cause)}`, { cause });
  }
}

/** Keeps a file that stands under the target's name. */
function makeRoom({ paths, target, nowMs }: { paths: AnchoredPaths; target: string; nowMs: number }): Outcome['notes'] {
  if (lstatSync(paths.of(target), { throwIfNoEntry: false }) === undefined) return [];
  const { descriptor, notes } = createOutput({
    paths,
    path: target,
    mode: 0o600,
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    nowMs,
  });
  closeSync(descriptor);
  return notes;
}

function removeIfThere(path: string | Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** The descriptor may be closed already when setting the owner failed. */
function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch (error) {
    if (codeOf(error) !== 'EBADF') throw error;
  }
}
