import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  ftruncateSync,
  futimesSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import { setPriority } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import type { Logger } from '@tappet/core';
import { DescriptorStream } from '../execute/descriptor-stream.ts';
import { openNew, setOwnership } from '../execute/output-file.ts';
import type { RotationRules } from '../language/rules.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import { type Command, idleCommand, NOT_FOUND } from './idle-command.ts';
import type { LogFolder } from './log-folder.ts';

/** Ending of a compressed file that grows. */
export const PART = '.tappet-part';
const LOWEST_PRIORITY = 19;
const syncFile = promisify(fsync);
let serial = 0;

/** An old log to be compressed. `name` follows the file while rotations rename it. */
interface Job {
  readonly folder: LogFolder;
  readonly log: string;
  readonly rules: RotationRules;
  name: string;
  isDropped: boolean;
  stop: (() => void) | undefined;
}

/** Compresses old logs one after the other, by a child that gets the processor when nobody else wants it. A half-made file never has a real name. */
export class Compressor {
  readonly #log: Logger;
  readonly #waiting: Job[] = [];
  #current: Job | undefined;
  #done: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** Called when an old log was replaced by its compressed form. */
  onCompressed: () => void = () => {};

  constructor(log: Logger) {
    this.#log = log;
  }

  get isIdle(): boolean {
    return this.#current === undefined && this.#waiting.length === 0;
  }

  add(job: { folder: LogFolder; log: string; name: string; rules: RotationRules }): void {
    if (this.#isClosed || this.#find(job.folder, job.name) !== undefined) return;
    this.#waiting.push({ ...job, isDropped: false, stop: undefined });
    if (this.#current === undefined) this.#done = this.#work();
  }

  /** An old log has a new name. */
  renamed(folder: LogFolder, { from, to }: { from: string; to: string }): void {
    const job = this.#find(folder, from);
    if (job !== undefined) job.name = to;
  }

  /** An old log is gone. */
  dropped(folder: LogFolder, name: string): void {
    const job = this.#find(folder, name);
    if (job === undefined) return;
    job.isDropped = true;
    job.stop?.();
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    await this.#done;
  }

  /** Ends what is under way; the next start does it again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#waiting.splice(0)) job.isDropped = true;
    if (this.#current !== undefined) {
      this.#current.isDropped = true;
      this.#current.stop?.();
    }
    await this.#done;
  }

  #find(folder: LogFolder, name: string): Job | undefined {
    const isMeant = (job: Job): boolean => job.folder.path === folder.path && job.name === name && !job.isDropped;
    return this.#current !== undefined && isMeant(this.#current) ? this.#current : this.#waiting.find(isMeant);
  }

  async #work(): Promise<void> {
    // The newest first: where rotation is faster than compression the oldest go before their turn comes.
    for (let job = this.#waiting.pop(); job !== undefined; job = this.#waiting.pop()) {
      if (job.isDropped) continue;
      this.#current = job;
      try {
        await compress(job);
      } catch (error) {
        if (!job.isDropped) {
          const path = `${job.folder.path}/${job.name}`;
          this.#log.warn({ path, error: reasonOf(error) }, `cannot compress ${path}: ${reasonOf(error)}`);
        }
      }
      this.#current = undefined;
      if (!job.isDropped) this.onCompressed();
    }
  }
}

async function compress(job: Job): Promise<void> {
  const { folder, rules } = job;
  const input = openSync(folder.of(job.name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const part = `.${job.log}.${process.pid}-${serial++}${PART}`;
  try {
    const stat = fstatSync(input);
    if (!stat.isFile()) throw new Error('it is no regular file');
    if (stat.nlink > 1) throw new Error(`it has ${stat.nlink} hard links`);
    const output = openNew(folder.of(part));
    try {
      await pack(job, { input, output });
      const { mode, uid, gid, atimeMs, mtimeMs } = stat;
      setOwnership({ descriptor: output, path: part, mode: mode & 0o7777, uid, gid });
      futimesSync(output, atimeMs / 1000, mtimeMs / 1000);
      await syncFile(output);
    } finally {
      closeSync(output);
    }
    if (job.isDropped) return;
    const target = job.name + rules.compressExt;
    if (folder.stat(target) !== undefined) throw new Error(`${target} exists`);
    renameSync(folder.of(part), folder.of(target));
    unlinkSync(folder.of(job.name));
  } finally {
    closeSync(input);
    removeIfThere(folder.of(part));
  }
}

async function pack(job: Job, files: { input: number; output: number }): Promise<void> {
  const { compressCommand: command, compressOptions: args = [] } = job.rules;
  const idle = await idleCommand({ command, args });
  if (job.isDropped) return;
  const code = await packByProgram(job, { ...files, ...(idle ?? { command, args }) });
  if (code === 0) return;
  if (code !== NOT_FOUND || !command.endsWith('gzip')) throw new Error(`${command} ended with ${code}`);
  ftruncateSync(files.output, 0);
  await packHere(job, files);
}

/** How it ended. */
function packByProgram(
  job: Job,
  { input, output, command, args }: Command & { input: number; output: number },
): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: [input, output, 'ignore'],
      env: { ...process.env, LOGROTATE_COMPRESSED_FILENAME: `${job.folder.path}/${job.name}` },
    });
    job.stop = () => child.kill('SIGKILL');
    child.once('spawn', () => lowerPriority(child.pid));
    child.once('error', (error) => {
      if (codeOf(error) === 'ENOENT') resolve(NOT_FOUND);
      else reject(error);
    });
    child.once('close', (code, signal) => {
      job.stop = undefined;
      resolve(code ?? signal);
    });
  });
}

/** Services come first. A child that has ended already needs no priority. */
function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, LOWEST_PRIORITY);
  } catch (error) {
    if (codeOf(error) !== 'ERR_SYSTEM_ERROR') throw error;
  }
}

async function packHere(job: Job, { input, output }: { input: number; output: number }): Promise<void> {
  const abort = new AbortController();
  job.stop = () => abort.abort();
  const from = new DescriptorStream(input);
  const to = new DescriptorStream(output);
  try {
    const gzip = createGzip({ chunkSize: 64 * 1024 });
    await pipeline(from.chunks(), gzip, (packed) => to.write(packed), { signal: abort.signal });
  } finally {
    job.stop = undefined;
    await Promise.all([from.idle(), to.idle()]);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
