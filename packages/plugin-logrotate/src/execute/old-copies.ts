import { type LogNames, logNames } from '../decide/old-logs.ts';
import type { LogBlock, RotationRules } from '../language/rules.ts';
import { type RotationContext, tell } from './context.ts';
import { type FileFacts, FileProblem, type LogFiles } from './log-files.ts';

/** What the work on one log needs. */
export interface RotationSource {
  readonly log: string;
  readonly facts: FileFacts;
  readonly block: LogBlock;
  readonly files: LogFiles;
  readonly context: RotationContext;
}

/** What can be done to an old copy of one log, by the rules of its block. Methods reject with a `FileProblem`. */
export class OldCopies {
  readonly log: string;
  readonly rules: RotationRules;
  readonly names: LogNames;
  readonly files: LogFiles;
  readonly context: RotationContext;
  readonly #pattern: string;

  constructor({ log, block, files, context }: RotationSource) {
    this.log = log;
    this.rules = block.rules;
    this.names = logNames(log, block.rules);
    this.files = files;
    this.context = context;
    this.#pattern = block.pattern;
  }

  debug(message: string): void {
    this.context.report({ level: 'debug', message });
  }

  /** Replaces a copy by its compressed form, which gets the times of the copy unless others are given. */
  async compress(path: string, times?: Pick<FileFacts, 'accessedMs' | 'modifiedMs'>): Promise<void> {
    const { compressCommand: command, compressOptions: options } = this.rules;
    const target = path + this.names.compressed;
    if (target === path) {
      throw new FileProblem(`log ${this.log}: compression enabled, but compression extension is not set`);
    }
    this.debug(`compressing log with: ${command}`);
    const { log } = this;
    const { nowMs } = this.context;
    const { accessedMs, modifiedMs } = times ?? {};
    const outcome = await this.files.compress({
      path,
      target,
      command,
      options,
      log,
      nowMs,
      ...(accessedMs === undefined ? {} : { accessedMs }),
      ...(modifiedMs === undefined ? {} : { modifiedMs }),
    });
    tell(this.context.report, outcome);
    await this.#preremove(path);
    await this.remove(path);
  }

  /** Completes or undoes what a run that was killed began: no half and no double copy stays. */
  async finishInterrupted(path: string): Promise<void> {
    const state = await this.files.interrupted(path, path + this.names.compressed);
    if (state === 'nothing') return;
    this.debug(`finishing the interrupted compression of ${path}`);
    if (state === 'half') await this.compress(path);
    else await this.remove(path);
  }

  /** The end of a copy that is too old: it is mailed when that is wanted, then removed. */
  async expire(path: string): Promise<void> {
    const { mail, mailFirst } = this.rules;
    if (mail !== undefined && !mailFirst) {
      const isCompressed = this.names.compressed !== '' && path.endsWith(this.names.compressed);
      await this.mail({ path, subject: path, isCompressed });
    }
    this.debug(`removing old log ${path}`);
    await this.#preremove(path);
    await this.remove(path);
  }

  async mail({ path, subject, isCompressed }: { path: string; subject: string; isCompressed: boolean }): Promise<void> {
    const { mail: address, uncompressCommand } = this.rules;
    if (address === undefined) return;
    const command = this.context.mailCommand;
    await this.files.mail({
      path,
      subject,
      address,
      command,
      uncompressCommand: isCompressed ? uncompressCommand : undefined,
    });
  }

  async remove(path: string): Promise<void> {
    const { shred, shredCycles, allowHardlink } = this.rules;
    if (shred) this.debug(`Using shred to remove the file ${path}`);
    tell(this.context.report, await this.files.remove({ path, shred, shredCycles, allowHardlink }));
  }

  async #preremove(path: string): Promise<void> {
    const text = this.rules.scripts.preremove;
    if (text === undefined) return;
    this.debug('running preremove script');
    if (this.context.isDryRun || (await this.context.runScript({ text, args: [path] }))) return;
    throw new FileProblem(`error running preremove script for ${path} of '${this.#pattern}'. Not removing this file.`);
  }
}
