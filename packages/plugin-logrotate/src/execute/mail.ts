import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { type ChildProcess, spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { codeOf, reasonOf } from '../names/system-error.ts';
import type { AnchoredPaths } from './anchored-path.ts';
import { DescriptorStream } from './descriptor-stream.ts';
import { FileProblem, type Mailing, type Outcome } from './log-files.ts';

/** Commands that mean plain gunzip, which is done here without a process. */
const GUNZIP_COMMANDS = new Set(['/bin/gunzip', '/usr/bin/gunzip', 'gunzip']);

/** How a pipeline fails when the mailer ended without reading everything, as it may. */
const MAILER_GONE = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

/** Sends a file: `COMMAND -s SUBJECT ADDRESS` with the uncompressed content on its standard input. */
export async function mailFile(
  paths: AnchoredPaths,
  { path, subject, address, command, uncompressCommand }: Mailing,
): Promise<Outcome> {
  let descriptor: number;
  try {
    descriptor = openSync(paths.of(path), constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    throw new FileProblem(`failed to open ${path} for mailing: ${reasonOf(error)}`, { cause: error });
  }
  try {
    if (!fstatSync(descriptor).isFile())
      throw new FileProblem(`failed to open ${path} for mailing: not a regular file`);
    const isPlain = uncompressCommand === undefined;
    const mailer = spawn(command, ['-s', subject, address], {
      stdio: [isPlain ? descriptor : 'pipe', 'ignore', 'inherit'],
    });
    const ended = endOf(mailer);
    const isUncompressed = isPlain || (await feed({ mailer, descriptor, command: uncompressCommand }));
    const code = await ended;
    if (!isUncompressed) throw new FileProblem(`uncompress command failed mailing ${path}`);
    if (code !== 0) throw new FileProblem(`mail command failed for ${path}`);
    return { notes: [] };
  } finally {
    closeSync(descriptor);
  }
}

/** Sends uncompressed bytes to the mailer; false when uncompressing failed. A mailer that stops reading is its own affair. */
async function feed({
  mailer,
  descriptor,
  command,
}: {
  mailer: ChildProcess;
  descriptor: number;
  command: string;
}): Promise<boolean> {
  const sink = mailer.stdin;
  if (sink === null) return false;
  sink.on('error', () => {});
  if (GUNZIP_COMMANDS.has(command)) {
    const packed = new DescriptorStream(descriptor);
    try {
      await pipeline(packed.chunks(), createGunzip(), sink);
      return true;
    } catch (error) {
      sink.end();
      return MAILER_GONE.has(codeOf(error) ?? '');
    } finally {
      await packed.idle();
    }
  }
  const uncompressor = spawn(command, [], { stdio: [descriptor, 'pipe', 'inherit'] });
  const ended = endOf(uncompressor);
  uncompressor.stdout?.pipe(sink);
  const code = await ended;
  sink.end();
  return code === 0;
}

function endOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code ?? undefined));
  });
}
