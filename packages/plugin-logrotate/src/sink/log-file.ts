import { closeSync, fstatSync, renameSync, rmSync, unlink, unlinkSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Clock, Logger } from '@tappet/core';
import { type CivilTime, startOfHour, toCivil } from '../decide/civil-time.ts';
import { decideDue, isOverAge } from '../decide/due.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import { archivesOf, planRoom } from './archives.ts';
import { type Compressor, PART } from './compressor.ts';
import { emptyByCopy, finishEmptying } from './copied-prefix.ts';
import { cutOf } from './line-cut.ts';
import { LogFolder } from './log-folder.ts';
import { LogWriter } from './log-writer.ts';
import type { OpenLog } from './open-log.ts';
import { runScripts } from './scripts.ts';
import { type LogSettings, sizeLimit } from './settings.ts';

/** After a rotation that failed the log grows on for so long. */
const NEXT_ATTEMPT_MS = 10_000;
const GONE = '.tappet-gone';
let serial = 0;

/** What a log file needs from outside. */
export interface LogFileOptions {
  readonly path: string;
  readonly settings: LogSettings;
  readonly log: Logger;
  readonly clock: Clock;
  readonly compressor: Compressor;
  /** Called after each rotation. */
  readonly onRotated: (file: LogFile) => void;
}

/** One captured log: takes bytes, and replaces its file at a line's end when it is due. */
export class LogFile {
  readonly path: string;
  readonly name: string;
  readonly folder: LogFolder;
  archives: LogFolder;
  settings: LogSettings;
  /** Called when bytes are taken again after `write` returned false. */
  readonly resumes: Set<() => void> = new Set();
  lastRotated: CivilTime;
  rotations = 0;
  readonly #options: LogFileOptions;
  readonly #writer: LogWriter;
  #limit: number;
  #isWanted = false;
  /** Bytes that came while the log was being emptied. */
  #waiting: Uint8Array[] | undefined;
  #scripts: Promise<void> | undefined;
  /** The scripts before a rotation have run: it is carried out at the next line's end. */
  #isPrepared = false;
  #holdOffUntilMs = 0;
  #busy: Promise<void> = Promise.resolve();
  #newest: string | undefined;

  constructor(options: LogFileOptions) {
    const { path, settings, log, clock } = options;
    this.#options = options;
    this.path = path;
    this.name = basename(path);
    this.settings = settings;
    const trust = { serviceUid: settings.serviceUid, su: settings.rules.su };
    this.folder = new LogFolder(dirname(path), trust);
    this.archives = this.#archiveFolder();
    this.#writer = new LogWriter({ folder: this.folder, name: this.name, log, clock }, freshLog(settings));
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
    const archives = this.#archiveFolder();
    if (archives.path !== this.archives.path) this.archives = archives;
    if (this.#waiting === undefined) this.#writer.refresh();
  }

  /** Takes a chunk, which is only read during the call. False: no more until `resumes` are called. */
  write(chunk: Uint8Array): boolean {
    if (this.#waiting !== undefined) {
      this.#waiting.push(new Uint8Array(chunk));
      return false;
    }
    const writer = this.#writer;
    if (!this.#isWanted && writer.size + chunk.length <= this.#limit) {
      writer.append(chunk);
      return true;
    }
    return this.#writeAcross(chunk);
  }

  /** Rotates at the next line's end: at once when there is no half line. */
  rotate(): void {
    this.#open();
    if (this.#writer.size === 0 && !this.settings.rules.ifEmpty) return;
    this.#isWanted = true;
    this.#holdOffUntilMs = 0;
    if (this.#waiting === undefined) this.#writeAcross(new Uint8Array(0));
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
    await this.#scripts;
    await this.#busy;
  }

  /** Writes what is held and lets the file go. */
  async release(): Promise<void> {
    await this.idle();
    this.#writer.close();
  }

  /** To be called when no old log is being compressed any more. */
  closeFolders(): void {
    this.folder.close();
    this.archives.close();
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
            isWanted: this.#isWanted,
          })
        : undefined;
      // A wanted rotation without new bytes: the file may end with a line right now.
      const isNow = cut === undefined && this.#isWanted && this.#mayRotate() && writer.endsLine && rest.length === 0;
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
    if (this.#scripts !== undefined || this.#writer.isHolding) return false;
    return this.#holdOffUntilMs === 0 || this.#options.clock.nowMs() >= this.#holdOffUntilMs;
  }

  /** Begins a rotation at a line's end. True when it takes `rest` over. */
  #begin(rest: Uint8Array): boolean {
    const { rules } = this.settings;
    const { firstaction, prerotate } = rules.scripts;
    if (!this.#isPrepared && (firstaction !== undefined || prerotate !== undefined)) {
      this.#prepare();
      return false;
    }
    try {
      if (rules.copyTruncate && rules.rotate !== 0) {
        this.#emptyLater(rest);
        return true;
      }
      const isTaken = rest.length <= this.#limit;
      this.#moveAway(isTaken ? rest : rest.subarray(0, 0));
      this.#finished(this.#newest);
      return isTaken;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** Runs what has to run before; meanwhile the log grows on. */
  #prepare(): void {
    const { rules } = this.settings;
    this.#scripts = runScripts({ rules, names: ['firstaction', 'prerotate'], path: this.path }).then((isFine) => {
      this.#scripts = undefined;
      if (!isFine) {
        this.#failed(new Error('a script before the rotation failed'));
        return;
      }
      this.#isPrepared = true;
      this.#isWanted = true;
      if (this.#waiting === undefined) this.#writeAcross(new Uint8Array(0));
    });
  }

  /**
   * The next file gets its first bytes before anything is renamed: nothing that was read is only in memory while that takes its
   * time. A supervisor that is killed in between leaves the next file under its hidden name, and {@link #finishMove} goes on.
   */
  #moveAway(rest: Uint8Array): void {
    let next: OpenLog | undefined;
    try {
      next = this.#writer.begin(nextName(this.name), rest);
      this.#rename();
    } catch (error) {
      if (next !== undefined) closeSync(next.descriptor);
      // Half a beginning must not be taken for one.
      rmSync(this.folder.of(nextName(this.name)), { force: true });
      throw error;
    }
    renameSync(this.folder.of(nextName(this.name)), this.folder.of(this.name));
    this.#writer.follow(next);
  }

  #rename(): void {
    const target = this.#makeRoom();
    const gone = target === undefined ? this.#goneName() : undefined;
    renameSync(this.folder.of(this.name), this.archives.of(gone ?? target ?? ''));
    if (gone !== undefined) this.#unlinkLater(gone);
    this.#newest = target;
  }

  /** A supervisor was killed while it rotated. */
  #finishMove(): void {
    const next = this.folder.stat(nextName(this.name));
    if (next === undefined) return;
    if (this.folder.stat(this.name) !== undefined) this.#rename();
    renameSync(this.folder.of(nextName(this.name)), this.folder.of(this.name));
  }

  #emptyLater(rest: Uint8Array): void {
    const target = this.#makeRoom() ?? this.#goneName();
    const descriptor = this.#writer.open();
    const { size, mode, uid, gid } = fstatSync(descriptor);
    const like = { size, mode: mode & 0o7777, uid, gid };
    const kept = new Uint8Array(rest);
    this.#waiting = [];
    const { folder, name: log, archives } = this;
    this.#busy = emptyByCopy({ folder, log, archives, descriptor, target, rest: kept, like }).then(
      () => this.#emptied(target, undefined),
      (error: unknown) => this.#emptied(undefined, { error, rest: kept }),
    );
  }

  #emptied(target: string | undefined, failure: { error: unknown; rest: Uint8Array } | undefined): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#writer.refresh();
    if (failure === undefined) {
      this.#writer.endsLine = true;
      this.#writer.detach();
      this.#finished(target);
    } else {
      this.#failed(failure.error);
      waiting.unshift(failure.rest);
    }
    this.#open();
    for (const chunk of waiting) this.write(chunk);
    for (const resume of this.resumes) resume();
  }

  /** Renames the old logs and takes away those that are too many; the name for the next one. */
  #makeRoom(): string | undefined {
    const { rules } = this.settings;
    const nowMs = this.#options.clock.wallMs();
    const listing = this.archives.list();
    const { renames, expired, target } = planRoom(this.name, { rules, listing, nowMs });
    for (const name of expired) this.remove(name);
    for (const { from, to } of renames) {
      renameSync(this.archives.of(from), this.archives.of(to));
      this.#options.compressor.renamed(this.archives, { from, to });
    }
    return target;
  }

  /** Takes an old log away: its name is free at once, its bytes go off the main thread. */
  remove(name: string): void {
    this.#options.compressor.dropped(this.archives, name);
    const gone = this.#goneName();
    try {
      renameSync(this.archives.of(name), this.archives.of(gone));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    const { rules } = this.settings;
    if (rules.scripts.preremove === undefined && !rules.shred) {
      this.#unlinkLater(gone);
      return;
    }
    void this.#removeWithCare(gone);
  }

  async #removeWithCare(gone: string): Promise<void> {
    const { rules } = this.settings;
    const path = `${this.archives.path}/${gone}`;
    if (!(await runScripts({ rules, names: ['preremove'], path }))) {
      this.#options.log.warn({ path }, `cannot remove ${path}: its preremove script failed`);
      return;
    }
    try {
      if (rules.shred) {
        const { shred } = await import('./shred.ts');
        await shred(this.archives.of(gone), rules.shredCycles);
      }
    } catch (error) {
      this.#options.log.warn({ path }, `cannot shred ${path}: ${reasonOf(error)}`);
    }
    this.#unlinkLater(gone);
  }

  #unlinkLater(name: string): void {
    unlink(this.archives.of(name), (error) => {
      if (error === null || error.code === 'ENOENT') return;
      this.#options.log.warn({ name }, `cannot remove an old log: ${reasonOf(error)}`);
    });
  }

  #finished(target: string | undefined): void {
    const { rules } = this.settings;
    const { clock, onRotated } = this.#options;
    this.#isWanted = false;
    this.#isPrepared = false;
    this.#holdOffUntilMs = 0;
    this.lastRotated = toCivil(clock.wallMs());
    this.rotations++;
    this.#removeAged();
    this.compressOld(target);
    if (rules.scripts.postrotate !== undefined || rules.scripts.lastaction !== undefined) {
      this.#scripts = runScripts({ rules, names: ['postrotate', 'lastaction'], path: this.path }).then((isFine) => {
        this.#scripts = undefined;
        if (!isFine) this.#options.log.warn({ path: this.path }, `a script after the rotation of ${this.path} failed`);
      });
    }
    onRotated(this);
  }

  #failed(error: unknown): void {
    const { clock, log } = this.#options;
    this.#isPrepared = false;
    this.#isWanted = false;
    this.#holdOffUntilMs = clock.nowMs() + NEXT_ATTEMPT_MS;
    log.warn({ path: this.path, error: reasonOf(error) }, `cannot rotate ${this.path}: ${reasonOf(error)}`);
  }

  /** Puts every old log that should be compressed by now on the list. */
  compressOld(newest: string | undefined): void {
    const { rules } = this.settings;
    if (!rules.compress) return;
    const { archives: folder, name: log } = this;
    const old = archivesOf(log, { rules, listing: folder.list() }).filter(({ isCompressed }) => !isCompressed);
    const delayed = rules.delayCompress ? (newest ?? old[0]?.name) : undefined;
    // The list is worked off from its end, and the newest is first here.
    for (const { name } of old.toReversed())
      if (name !== delayed) this.#options.compressor.add({ folder, log, name, rules });
  }

  #removeAged(): void {
    const { rules } = this.settings;
    if (rules.maxAgeDays === 0) return;
    const nowMs = this.#options.clock.wallMs();
    for (const { name } of archivesOf(this.name, { rules, listing: this.archives.list() })) {
      const modifiedMs = this.archives.stat(name)?.mtimeMs;
      if (modifiedMs !== undefined && isOverAge({ modifiedMs, nowMs, maxAgeDays: rules.maxAgeDays })) this.remove(name);
    }
  }

  /** Completes or undoes what an earlier supervisor left half done. */
  #tidy(): void {
    try {
      finishEmptying({ folder: this.folder, log: this.name, archives: this.archives });
      this.#finishMove();
      const listing = this.archives.list();
      const leftovers = listing.filter(
        (name) => name.startsWith(`.${this.name}.`) && (name.endsWith(PART) || name.endsWith(GONE)),
      );
      for (const name of leftovers) unlinkSync(this.archives.of(name));
      this.#removeDoubles(listing);
      this.compressOld(undefined);
    } catch (error) {
      this.#options.log.warn({ path: this.path }, `cannot look after old logs of ${this.path}: ${reasonOf(error)}`);
    }
  }

  /** Killed between the end of a compression and the removal of the original: the compressed one is complete. */
  #removeDoubles(listing: readonly string[]): void {
    const { rules } = this.settings;
    for (const { name, plain, isCompressed } of archivesOf(this.name, { rules, listing })) {
      if (!isCompressed || !listing.includes(plain)) continue;
      const [packed, original] = [this.archives.stat(name), this.archives.stat(plain)];
      if (packed === undefined || original === undefined) continue;
      // Times have a finer grain than the copy keeps; a difference of microseconds is none.
      if (Math.abs(packed.mtimeMs - original.mtimeMs) < 0.01) unlinkSync(this.archives.of(plain));
    }
  }

  #archiveFolder(): LogFolder {
    const { rules, serviceUid } = this.settings;
    if (rules.oldDir === undefined) return this.folder;
    return new LogFolder(resolve(this.folder.path, rules.oldDir), { serviceUid, su: rules.su });
  }

  #goneName(): string {
    return `.${this.name}.${process.pid}-${serial++}${GONE}`;
  }
}

const nextName = (log: string): string => `.${log}.tappet-next`;

function freshLog({ rules }: LogSettings): { mode: number; uid: number | undefined; gid: number | undefined } {
  return {
    mode: rules.create?.mode ?? 0o640,
    uid: rules.create?.uid ?? rules.su?.uid,
    gid: rules.create?.gid ?? rules.su?.gid,
  };
}
