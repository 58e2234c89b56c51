import { codeOf, reasonOf } from '../names/system-error.ts';
import { tell } from './context.ts';
import { type FileFacts, FileProblem } from './log-files.ts';
import { makeRoom } from './make-room.ts';
import { OldCopies, type RotationSource } from './old-copies.ts';

/** One log on its way through a rotation. The steps are called in this order, each at most once. */
export class LogRotation {
  readonly log: string;
  /** A step failed: the later ones are left out. */
  hasFailed = false;
  readonly #facts: FileFacts;
  readonly #copies: OldCopies;
  /** Where the log goes, before compression. */
  #target = '';
  /** The old copy that goes at the end. */
  #expired: string | undefined;

  constructor(source: RotationSource) {
    this.log = source.log;
    this.#facts = source.facts;
    this.#copies = new OldCopies(source);
  }

  /** The final name without the compressor's ending: what an unshared postrotate script gets. */
  get rotatedName(): string {
    return this.#target;
  }

  /** Makes room among the old copies. From here on the log counts as rotated, also when the rest fails. */
  async prepare(): Promise<void> {
    const { context, rules } = this.#copies;
    this.#copies.debug(`rotating log ${this.log}, log->rotateCount is ${rules.rotate}`);
    context.state.markRotated(this.log);
    await this.#step(async () => {
      const { target, expired } = await makeRoom(this.#copies);
      this.#target = target;
      this.#expired = expired;
    });
  }

  /** Moves or copies the log itself, and makes the new one. */
  async rotate(): Promise<void> {
    const { copy, copyTruncate } = this.#copies.rules;
    await this.#step(() => (copy || copyTruncate ? this.#copyLog() : this.#renameLog()));
  }

  /** After the scripts: the delayed copy, compression, mail, and the removal of what is too old. */
  async finish(): Promise<void> {
    await this.#step(async () => {
      const { renameCopy, rotate, compress, delayCompress } = this.#copies.rules;
      if (renameCopy) await this.#copyTemporary();
      const isKept = rotate !== 0 || this.#expired === this.#final();
      if (compress && !delayCompress && isKept) await this.#copies.compress(this.#target, this.#facts);
      await this.#mailFirst();
      if (this.#expired === undefined || (await this.#copies.files.facts(this.#expired)) === undefined) return;
      await this.#copies.expire(this.#expired);
    });
  }

  async #renameLog(): Promise<void> {
    const { files, rules } = this.#copies;
    const target = rules.renameCopy ? `${this.log}.tmp` : this.#target;
    this.#copies.debug(`renaming ${this.log} to ${target}`);
    await files.rename(this.log, target);
    if (rules.rotate === 0) {
      this.#expired = this.#final();
      this.#copies.debug(`disposeName will be ${this.#expired}`);
    }
    if (rules.create !== undefined) await this.#createLog();
  }

  async #createLog(): Promise<void> {
    const { files, rules } = this.#copies;
    const { mode = this.#facts.mode, uid = this.#facts.uid, gid = this.#facts.gid } = rules.create ?? {};
    this.#copies.debug(`creating new ${this.log} mode = 0${mode.toString(8)} uid = ${uid} gid = ${gid}`);
    await files.create(this.log, { mode, uid, gid });
  }

  /** With `rotate 0` nobody would see the copy, unless it is mailed. */
  async #copyLog(): Promise<void> {
    const { files, context, rules } = this.#copies;
    const isNeeded = rules.rotate !== 0 || rules.mail !== undefined;
    const copying = { from: this.log, to: this.#target, nowMs: context.nowMs };
    this.#copies.debug(`${isNeeded ? '' : 'skip '}copying ${this.log} to ${this.#target}`);
    if (!rules.copyTruncate) {
      if (isNeeded) tell(context.report, await files.copy(copying));
      this.#copies.debug(`Not truncating ${this.log}`);
      return;
    }
    if (isNeeded) tell(context.report, await files.copyTruncate(copying));
    else await files.truncate(this.log);
    this.#copies.debug(`truncating ${this.log}`);
  }

  async #copyTemporary(): Promise<void> {
    const { files, context } = this.#copies;
    const temporary = `${this.log}.tmp`;
    this.#copies.debug(`copying ${temporary} to ${this.#target}`);
    tell(context.report, await files.copy({ from: temporary, to: this.#target, nowMs: context.nowMs }));
    this.#copies.debug(`removing tmp log ${temporary}`);
    await this.#copies.remove(temporary);
  }

  async #mailFirst(): Promise<void> {
    const { mail, mailFirst, compress, delayCompress } = this.#copies.rules;
    if (mail === undefined || !mailFirst) return;
    const path = this.#final();
    const isCompressed = compress && !delayCompress;
    await this.#copies.mail({ path, subject: isCompressed ? this.log : path, isCompressed });
  }

  /** The name that the rotated log has when all is done. */
  #final(): string {
    const { rules, names } = this.#copies;
    return rules.delayCompress ? this.#target : this.#target + names.compressed;
  }

  async #step(work: () => Promise<void>): Promise<void> {
    if (this.hasFailed) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof FileProblem) && codeOf(error) === undefined) throw error;
      this.hasFailed = true;
      const message = error instanceof FileProblem ? error.message : `cannot rotate ${this.log}: ${reasonOf(error)}`;
      this.#copies.context.report({ level: 'error', message });
    }
  }
}
