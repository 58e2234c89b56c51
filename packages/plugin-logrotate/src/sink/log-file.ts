import { fstatSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Clock, Logger } from '@tappet/core';
import { type CivilTime, startOfHour, toCivil } from '../decide/civil-time.ts';
import { decideDue } from '../decide/due.ts';
import { reasonOf } from '../names/system-error.ts';
import { changeFiles, finishChange } from './change-files.ts';
import type { Compressor } from './compressor.ts';
import { emptyByCopy, finishEmptying } from './copied-prefix.ts';
import { cutOf } from './line-cut.ts';
import type { FolderAt, LogFolder } from './log-folder.ts';
import { LogWriter } from './log-writer.ts';
import { OldFiles } from './old-files.ts';
import { RotationTurn } from './rotation-turn.ts';
import { freshLog, type LogSettings, sizeLimit } from './settings.ts';

/** What a log file needs from outside. */
export interface LogFileOptions {
  readonly path: string;
  readonly settings: LogSettings;
  readonly log: Logger;
  readonly clock: Clock;
  readonly compressor: Compressor;
  /** A folder is held open once, however many logs lie in it. */
  readonly folderAt: FolderAt;
  /** Called after each rotation. */
  readonly onRotated: (file: LogFile) => void;
}

/** One captured log: takes bytes, and replaces its file at a line's end when it is due. */
export class LogFile {
  readonly path: string;
  readonly name: string;
  readonly folder: LogFolder;
  readonly old: OldFiles;
  settings: LogSettings;
  /** Called when bytes are taken again after `write` returned false. */
  readonly resumes: Set<() => void> = new Set();
  lastRotated: CivilTime;
  rotations = 0;
  readonly #options: LogFileOptions;
  readonly #writer: LogWriter;
  readonly #turn: RotationTurn;
  #limit: number;
  /** Bytes that came while the log was being emptied. */
  #waiting: Uint8Array[] | undefined;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: LogFileOptions) {
    const { path, settings, log, clock, compressor, folderAt } = options;
    this.#options = options;
    this.path = path;
    this.name = basename(path);
    this.settings = settings;
    const trust = { serviceUid: settings.serviceUid, su: settings.rules.su };
    this.folder = folderAt(dirname(path), trust);
    this.old = new OldFiles({ log: this.name, home: this.folder, folderAt, logger: log, clock, compressor }, settings);
    this.#writer = new LogWriter({ folder: this.folder, name: this.name, log, clock }, freshLog(settings));
    this.#turn = new RotationTurn({ path, log, clock });
    this.#limit = sizeLimit(settings);
    this.lastRotated = startOfHour(toCivil(clock.wallMs()));
    this.#tidy();
  }

  get size(): number {
    return this.#writer.size;
  }

  /** What is written goes elsewhere from now on if the file was moved away, and by these settings. */
  renew(settings: LogSettings): void {
    this.settings = settings;
    this.#limit = sizeLimit(settings);
    this.#writer.fresh = freshLog(settings);
    this.old.renew(settings);
    if (this.#waiting === undefined) this.#writer.refresh();
  }

  /** Takes a chunk, which is only read during the call. False: no more until `resumes` are called. */
  write(chunk: Uint8Array): boolean {
    if (this.#waiting !== undefined) {
      this.#waiting.push(new Uint8Array(chunk));
      return false;
    }
    const writer = this.#writer;
    if (!this.#turn.isWanted && writer.size + chunk.length <= this.#limit) {
      writer.append(chunk);
      return true;
    }
    return this.#writeAcross(chunk);
  }

  /** Rotates at the next line's end: at once when there is no half line. */
  rotate(): void {
    this.#open();
    if (this.#writer.size === 0 && !this.settings.rules.ifEmpty) return;
    this.#turn.want();
    this.#goOn();
  }

  /** Rotates if its rules say that it is time. */
  rotateIfDue(): void {
    const nowMs = this.#options.clock.wallMs();
    const { rules } = this.settings;
    const stat = this.folder.stat(this.name);
    if (stat === undefined) return;
    const now = toCivil(nowMs);
    const input = { rules, now, nowMs, lastRotated: this.lastRotated, size: stat.size, modifiedMs: stat.mtimeMs };
    if (decideDue({ ...input, isForced: false }).isDue) this.rotate();
  }

  /** Resolves when no rotation is under way. */
  async idle(): Promise<void> {
    await this.#turn.idle();
    await this.#busy;
  }

  /** Writes what is held and lets the file go. */
  async release(): Promise<void> {
    await this.idle();
    this.#writer.close();
  }

  /** Rotates, if it may, without new bytes. */
  #goOn(): void {
    if (this.#waiting === undefined) this.#writeAcross(new Uint8Array(0));
  }

  #writeAcross(chunk: Uint8Array): boolean {
    const writer = this.#writer;
    let rest = chunk;
    for (;;) {
      if (writer.size === 0 && !writer.isHolding) this.#open();
      const cut = this.#mayRotate()
        ? cutOf({
            chunk: rest,
            size: writer.size,
            limit: this.#limit,
            endsLine: writer.endsLine,
            isWanted: this.#turn.isWanted,
          })
        : undefined;
      // A wanted rotation without new bytes: the file may end with a line right now.
      const isNow =
        cut === undefined && this.#turn.isWanted && this.#mayRotate() && writer.endsLine && rest.length === 0;
      if (cut === undefined && !isNow) {
        if (rest.length > 0) writer.append(rest);
        return true;
      }
      if (cut !== undefined && cut > 0) writer.append(rest.subarray(0, cut));
      rest = rest.subarray(cut ?? 0);
      if (writer.isHolding) continue;
      if (this.#begin(rest)) return this.#waiting === undefined;
      if (rest.length === 0) return true;
    }
  }

  /** The size on disk decides, so it must be known. A file that cannot be opened is the writer's to complain about. */
  #open(): void {
    try {
      this.#writer.open();
    } catch {
      // The next append meets the same error and holds its bytes.
    }
  }

  #mayRotate(): boolean {
    return this.#turn.isFree && !this.#writer.isHolding;
  }

  /** Begins a rotation at a line's end. True when it takes `rest` over. */
  #begin(rest: Uint8Array): boolean {
    const { rules } = this.settings;
    if (!this.#turn.prepare(rules, () => this.#goOn())) return false;
    try {
      const target = rules.copyTruncate ? this.old.makeRoom() : undefined;
      if (target !== undefined) {
        this.#emptyLater(target, rest);
        return true;
      }
      const isTaken = rest.length <= this.#limit;
      this.#finished(this.#moveAway(isTaken ? rest : rest.subarray(0, 0)));
      return isTaken;
    } catch (error) {
      this.#turn.failed(error);
      return false;
    }
  }

  /** The name of the file that is full now; undefined when it is not kept. */
  #moveAway(rest: Uint8Array): string | undefined {
    let target: string | undefined;
    const putAway = (): void => {
      target = this.old.take();
    };
    changeFiles({ folder: this.folder, log: this.name, putAway }, { writer: this.#writer, rest });
    return target;
  }

  #emptyLater(target: string, rest: Uint8Array): void {
    const descriptor = this.#writer.pin();
    const { size, mode, uid, gid } = fstatSync(descriptor);
    const like = { size, mode: mode & 0o7777, uid, gid };
    const kept = new Uint8Array(rest);
    this.#waiting = [];
    const { folder, name: log } = this;
    const archives = this.old.folder;
    this.#busy = emptyByCopy({ folder, log, archives, descriptor, target, rest: kept, like }).then(
      () => this.#emptied(target, undefined),
      (error: unknown) => this.#emptied(undefined, { error, rest: kept }),
    );
  }

  #emptied(target: string | undefined, failure: { error: unknown; rest: Uint8Array } | undefined): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#writer.detach();
    if (failure === undefined) {
      this.#writer.endsLine = true;
      this.#finished(target);
    } else {
      this.#turn.failed(failure.error);
      waiting.unshift(failure.rest);
    }
    this.#open();
    for (const chunk of waiting) this.write(chunk);
    for (const resume of this.resumes) resume();
  }

  #finished(target: string | undefined): void {
    const { clock, onRotated } = this.#options;
    this.lastRotated = toCivil(clock.wallMs());
    this.rotations++;
    this.#lookAfterOld(() => {
      this.old.removeAged();
      this.old.compress(target);
    });
    this.#turn.finished(this.settings.rules);
    onRotated(this);
  }

  /** Completes or undoes what an earlier supervisor left half done. */
  #tidy(): void {
    const { folder, name: log, old } = this;
    this.#lookAfterOld(() => {
      finishEmptying({ folder, log, archives: old.folder });
      finishChange({ folder, log, putAway: () => void old.take() });
      old.tidy();
    });
  }

  /** The log itself is in order, whatever becomes of the old ones. */
  #lookAfterOld(work: () => void): void {
    const { log, path } = this.#options;
    try {
      work();
    } catch (error) {
      log.warn({ path }, `cannot look after old logs of ${path}: ${reasonOf(error)}`);
    }
  }
}
