import { dateFormatOf, formatDateSuffix, stampTime } from '../decide/date-suffix.ts';
import { isOverAge } from '../decide/due.ts';
import {
  copyPath,
  type DatedLog,
  datedIn,
  expiredDated,
  type LogNames,
  logNames,
  numbersIn,
} from '../decide/old-logs.ts';
import type { LogBlock, RotationRules } from '../language/rules.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import { type RotationContext, tell } from './context.ts';
import { type FileFacts, FileProblem, type LogFiles } from './log-files.ts';

/** What one rotation works with. */
export interface RotationSource {
  readonly log: string;
  readonly facts: FileFacts;
  readonly block: LogBlock;
  readonly files: LogFiles;
  readonly context: RotationContext;
}

/** One log on its way through a rotation. The steps are called in this order, each at most once. */
export class LogRotation {
  readonly log: string;
  /** A step failed: the later ones are left out. */
  hasFailed = false;
  readonly #facts: FileFacts;
  readonly #rules: RotationRules;
  readonly #pattern: string;
  readonly #files: LogFiles;
  readonly #context: RotationContext;
  readonly #names: LogNames;
  /** Where the log goes, before compression. */
  #rotated = '';
  /** The old log that goes at the end. */
  #expired: string | undefined;

  constructor({ log, facts, block, files, context }: RotationSource) {
    this.log = log;
    this.#facts = facts;
    this.#rules = block.rules;
    this.#pattern = block.pattern;
    this.#files = files;
    this.#context = context;
    this.#names = logNames(log, block.rules);
  }

  /** The final name without the compressor's ending: what an unshared postrotate script gets. */
  get rotatedName(): string {
    return this.#rotated;
  }

  /** Makes room: old logs move up, go away, or are compressed when that was put off. */
  async prepare(): Promise<void> {
    const { rotate } = this.#rules;
    this.#debug(`rotating log ${this.log}, log->rotateCount is ${rotate}`);
    this.#context.state.markRotated(this.log);
    await this.#step(() => (this.#rules.dateExt ? this.#prepareDated() : this.#prepareNumbered()));
  }

  /** Moves or copies the log itself, and makes the new one. */
  async rotate(): Promise<void> {
    await this.#step(async () => {
      const { rotate, mail, copy, copyTruncate, renameCopy, create } = this.#rules;
      if (copy || copyTruncate) {
        await this.#copyLog({ isNeeded: rotate !== 0 || mail !== undefined });
      } else {
        const target = renameCopy ? `${this.log}.tmp` : this.#rotated;
        this.#debug(`renaming ${this.log} to ${target}`);
        await this.#files.rename(this.log, target);
        if (rotate === 0) this.#dispose();
        if (create !== undefined) await this.#createLog();
      }
    });
  }

  /** After the scripts: the delayed copy, compression, mail, and the removal of what is too old. */
  async finish(): Promise<void> {
    await this.#step(async () => {
      if (this.#rules.renameCopy) await this.#copyTemporary();
      const isKept = this.#rules.rotate !== 0 || this.#expired === this.#final();
      if (this.#rules.compress && !this.#rules.delayCompress && isKept)
        await this.#compress(this.#rotated, this.#facts);
      await this.#mailAndRemove();
    });
  }

  async #prepareNumbered(): Promise<void> {
    const { start, rotate, compress, delayCompress, maxAgeDays } = this.#rules;
    const first = copyPath(this.#names, `.${start}`);
    if (compress) await this.#finishInterrupted(first);
    if (compress && delayCompress) await this.#compressPrevious(first);
    const count = rotate < 0 ? (await this.#highestNumber()) - start + 1 : Math.max(rotate, 1);
    const at = (number: number): string => copyPath(this.#names, `.${number}`) + this.#names.compressed;
    for (let number = start + count - 1; number >= start; number--) {
      const from = at(number);
      const old = await this.#files.facts(from);
      if (old === undefined) {
        this.#debug(`old log ${from} does not exist`);
      } else if (isOverAge({ modifiedMs: old.modifiedMs, nowMs: this.#context.nowMs, maxAgeDays })) {
        await this.#expire(from);
      } else {
        this.#debug(`renaming ${from} to ${at(number + 1)} (rotatecount ${count}, logstart ${start}, i ${number}), `);
        await this.#files.rename(from, at(number + 1));
      }
    }
    this.#rotated = first;
    if (rotate >= 0) await this.#expireIfThere(at(start + count));
  }

  async #expireIfThere(path: string): Promise<void> {
    if ((await this.#files.facts(path)) !== undefined) this.#expired = path;
    else this.#debug(`log ${path} doesn't exist -- won't try to dispose of it`);
  }

  async #highestNumber(): Promise<number> {
    const numbers = numbersIn(this.#names, await this.#files.list(this.#names.directory));
    return Math.max(this.#rules.start - 1, ...numbers);
  }

  async #prepareDated(): Promise<void> {
    const { compress, delayCompress, rotate, maxAgeDays } = this.#rules;
    const { nowMs } = this.#context;
    const format = dateFormatOf(this.#rules);
    const suffix = formatDateSuffix(format, stampTime(this.#rules, nowMs));
    this.#debug(`dateext suffix '${suffix}'`);
    this.#rotated = copyPath(this.#names, suffix);
    for (const path of new Set([this.#rotated, this.#rotated + this.#names.compressed])) {
      if ((await this.#files.facts(path)) === undefined) continue;
      throw new FileProblem(`destination ${path} already exists, skipping rotation`);
    }
    if (compress) {
      for (const { path } of await this.#dated(this.#names.ending)) {
        await this.#finishInterrupted(path);
        if (delayCompress) await this.#compressPrevious(path);
      }
    }
    const ages = new Map<string, number>();
    const dated = await this.#dated(this.#names.ending + this.#names.compressed);
    if (maxAgeDays > 0) {
      for (const { path } of dated) ages.set(path, (await this.#files.facts(path))?.modifiedMs ?? nowMs);
    }
    const expired = expiredDated(dated, {
      rotate,
      isOverAge: (path) => isOverAge({ modifiedMs: ages.get(path) ?? nowMs, nowMs, maxAgeDays }),
    });
    for (const { path } of expired.slice(0, -1)) {
      this.#debug(`removing ${path}`);
      await this.#expire(path);
    }
    this.#expired = expired.at(-1)?.path;
  }

  async #dated(tail: string): Promise<readonly DatedLog[]> {
    const listing = await this.#files.list(this.#names.directory);
    return datedIn({ names: this.#names, rules: this.#rules, listing, tail });
  }

  /** Completes or undoes what a run that was killed began: no half and no double copy stays. */
  async #finishInterrupted(path: string): Promise<void> {
    const state = await this.#files.interrupted(path, path + this.#names.compressed);
    if (state === 'nothing') return;
    this.#debug(`finishing the interrupted compression of ${path}`);
    if (state === 'half') await this.#compress(path);
    else await this.#remove(path);
  }

  async #compressPrevious(path: string): Promise<void> {
    if ((await this.#files.facts(path))?.kind === 'file') await this.#compress(path);
    else this.#debug(`previous log ${path} does not exist`);
  }

  /** `rotate 0`: what was just rotated is what goes. */
  #dispose(): void {
    this.#expired = this.#final();
    this.#debug(`disposeName will be ${this.#expired}`);
  }

  #final(): string {
    return this.#rules.delayCompress ? this.#rotated : this.#rotated + this.#names.compressed;
  }

  async #copyLog({ isNeeded }: { isNeeded: boolean }): Promise<void> {
    const { copyTruncate } = this.#rules;
    const copying = { from: this.log, to: this.#rotated, nowMs: this.#context.nowMs };
    this.#debug(`${isNeeded ? '' : 'skip '}copying ${this.log} to ${this.#rotated}`);
    if (!copyTruncate) {
      if (isNeeded) tell(this.#context.report, await this.#files.copy(copying));
      this.#debug(`Not truncating ${this.log}`);
    } else if (isNeeded) {
      tell(this.#context.report, await this.#files.copyTruncate(copying));
      this.#debug(`truncating ${this.log}`);
    } else {
      this.#debug(`truncating ${this.log}`);
      await this.#files.truncate(this.log);
    }
  }

  async #copyTemporary(): Promise<void> {
    const temporary = `${this.log}.tmp`;
    this.#debug(`copying ${temporary} to ${this.#rotated}`);
    const outcome = await this.#files.copy({ from: temporary, to: this.#rotated, nowMs: this.#context.nowMs });
    tell(this.#context.report, outcome);
    this.#debug(`removing tmp log ${temporary}`);
    await this.#remove(temporary);
  }

  async #createLog(): Promise<void> {
    const { mode = this.#facts.mode, uid = this.#facts.uid, gid = this.#facts.gid } = this.#rules.create ?? {};
    this.#debug(`creating new ${this.log} mode = 0${mode.toString(8)} uid = ${uid} gid = ${gid}`);
    await this.#files.create(this.log, { mode, uid, gid });
  }

  async #compress(path: string, times?: Pick<FileFacts, 'accessedMs' | 'modifiedMs'>): Promise<void> {
    const { compressCommand, compressOptions } = this.#rules;
    const target = path + this.#names.compressed;
    if (target === path)
      throw new FileProblem(`log ${this.log}: compression enabled, but compression extension is not set`);
    this.#debug(`compressing log with: ${compressCommand}`);
    const { log } = this;
    const { nowMs } = this.#context;
    tell(
      this.#context.report,
      await this.#files.compress({
        path,
        target,
        command: compressCommand,
        options: compressOptions,
        log,
        nowMs,
        ...(times === undefined ? {} : { accessedMs: times.accessedMs, modifiedMs: times.modifiedMs }),
      }),
    );
    await this.#preremove(path);
    await this.#remove(path);
  }

  async #mailAndRemove(): Promise<void> {
    const { mail, mailFirst, compress, delayCompress } = this.#rules;
    if (mail !== undefined && mailFirst) {
      const path = this.#final();
      const isCompressed = compress && !delayCompress;
      await this.#mail({ path, subject: isCompressed ? this.log : path, isCompressed });
    }
    if (this.#expired === undefined) return;
    if ((await this.#files.facts(this.#expired)) === undefined) return;
    await this.#expire(this.#expired);
  }

  /** Mails an old log when it is to be mailed, then removes it. */
  async #expire(path: string): Promise<void> {
    const { mail, mailFirst } = this.#rules;
    if (mail !== undefined && !mailFirst) {
      const isCompressed = this.#names.compressed !== '' && path.endsWith(this.#names.compressed);
      await this.#mail({ path, subject: path, isCompressed });
    }
    this.#debug(`removing old log ${path}`);
    await this.#preremove(path);
    await this.#remove(path);
  }

  async #mail({
    path,
    subject,
    isCompressed,
  }: {
    path: string;
    subject: string;
    isCompressed: boolean;
  }): Promise<void> {
    const { mail: address, uncompressCommand } = this.#rules;
    if (address === undefined) return;
    const command = this.#context.mailCommand;
    await this.#files.mail({
      path,
      subject,
      address,
      command,
      uncompressCommand: isCompressed ? uncompressCommand : undefined,
    });
  }

  async #preremove(path: string): Promise<void> {
    const text = this.#rules.scripts.preremove;
    if (text === undefined) return;
    this.#debug('running preremove script');
    if (this.#context.isDryRun || (await this.#context.runScript({ text, args: [path] }))) return;
    throw new FileProblem(`error running preremove script for ${path} of '${this.#pattern}'. Not removing this file.`);
  }

  async #remove(path: string): Promise<void> {
    const { shred, shredCycles, allowHardlink } = this.#rules;
    if (shred) this.#debug(`Using shred to remove the file ${path}`);
    tell(this.#context.report, await this.#files.remove({ path, shred, shredCycles, allowHardlink }));
  }

  async #step(work: () => Promise<void>): Promise<void> {
    if (this.hasFailed) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof FileProblem) && codeOf(error) === undefined) throw error;
      this.hasFailed = true;
      this.#context.report({
        level: 'error',
        message: error instanceof FileProblem ? error.message : `cannot rotate ${this.log}: ${reasonOf(error)}`,
      });
    }
  }

  #debug(message: string): void {
    this.#context.report({ level: 'debug', message });
  }
}
