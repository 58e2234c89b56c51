import { renameSync, unlink, unlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock, Logger } from '@tappet/core';
import { isOverAge } from '../decide/due.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import { archivesOf, planRoom } from './archives.ts';
import { type Compressor, PART } from './compressor.ts';
import type { FolderAt, LogFolder } from './log-folder.ts';
import { runScripts } from './scripts.ts';
import type { LogSettings } from './settings.ts';

const GONE = '.tappet-gone';
let serial = 0;

/** What the old files of a log need from outside. */
export interface OldFilesOptions {
  /** Name of the log. */
  readonly log: string;
  /** Its folder, which is that of the old files, too, unless the rules name another. */
  readonly home: LogFolder;
  readonly folderAt: FolderAt;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly compressor: Compressor;
}

/** The old files of one log: they move up to make room, are compressed, and go away when they are too many or too old. */
export class OldFiles {
  folder: LogFolder;
  #settings: LogSettings;
  readonly #options: OldFilesOptions;

  constructor(options: OldFilesOptions, settings: LogSettings) {
    this.#options = options;
    this.#settings = settings;
    this.folder = this.#folderOf(settings);
  }

  renew(settings: LogSettings): void {
    this.#settings = settings;
    const folder = this.#folderOf(settings);
    if (folder.path !== this.folder.path) this.folder = folder;
  }

  /** Makes the log one of them; its new name, or undefined when none is kept. */
  take(): string | undefined {
    const { home, log } = this.#options;
    const target = this.makeRoom();
    const name = target ?? this.#goneName();
    renameSync(home.of(log), this.folder.of(name));
    if (target === undefined) this.#unlinkLater(name);
    return target;
  }

  /** Renames them and takes away those that are too many; the name for the next one, undefined when none is kept. */
  makeRoom(): string | undefined {
    const { log, clock, compressor } = this.#options;
    const { rules } = this.#settings;
    const { renames, expired, target } = planRoom(log, { rules, listing: this.folder.list(), nowMs: clock.wallMs() });
    for (const name of expired) this.remove(name);
    for (const { from, to } of renames) {
      renameSync(this.folder.of(from), this.folder.of(to));
      compressor.renamed(this.folder, { from, to });
    }
    return target;
  }

  /** Takes one away: its name is free at once, its bytes go off the main thread. */
  remove(name: string): void {
    this.#options.compressor.dropped(this.folder, name);
    const gone = this.#goneName();
    try {
      renameSync(this.folder.of(name), this.folder.of(gone));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    const { rules } = this.#settings;
    if (rules.scripts.preremove === undefined && !rules.shred) this.#unlinkLater(gone);
    else void this.#removeWithCare(gone);
  }

  removeAged(): void {
    const { rules } = this.#settings;
    if (rules.maxAgeDays === 0) return;
    const nowMs = this.#options.clock.wallMs();
    for (const { name } of this.#list()) {
      const modifiedMs = this.folder.stat(name)?.mtimeMs;
      if (modifiedMs !== undefined && isOverAge({ modifiedMs, nowMs, maxAgeDays: rules.maxAgeDays })) this.remove(name);
    }
  }

  /** Puts every one that should be compressed by now on the list. */
  compress(newest?: string): void {
    const { compressor, log } = this.#options;
    const { rules } = this.#settings;
    if (!rules.compress) return;
    const old = this.#list().filter(({ isCompressed }) => !isCompressed);
    const delayed = rules.delayCompress ? (newest ?? old[0]?.name) : undefined;
    // The list is worked off from its end, and the newest is first here.
    for (const { name } of old.toReversed()) {
      if (name !== delayed) compressor.add({ folder: this.folder, log, name, rules });
    }
  }

  /** Completes or undoes what an earlier supervisor left half done. */
  tidy(): void {
    const { log } = this.#options;
    const isLeft = (name: string): boolean => name.endsWith(PART) || name.endsWith(GONE);
    for (const name of this.folder.list()) {
      if (name.startsWith(`.${log}.`) && isLeft(name)) unlinkSync(this.folder.of(name));
    }
    this.#removeDoubles();
    this.compress();
  }

  /** Killed between the end of a compression and the removal of the original: the compressed one is complete. */
  #removeDoubles(): void {
    const all = this.#list();
    const names = new Set(all.map(({ name }) => name));
    for (const { name, plain, isCompressed } of all) {
      if (!isCompressed || !names.has(plain)) continue;
      const [packed, original] = [this.folder.stat(name), this.folder.stat(plain)];
      if (packed === undefined || original === undefined) continue;
      // Times have a finer grain than the copy keeps; a difference of microseconds is none.
      if (Math.abs(packed.mtimeMs - original.mtimeMs) < 0.01) unlinkSync(this.folder.of(plain));
    }
  }

  async #removeWithCare(gone: string): Promise<void> {
    const { rules } = this.#settings;
    const { logger } = this.#options;
    const path = `${this.folder.path}/${gone}`;
    if (!(await runScripts({ scripts: rules.scripts, names: ['preremove'], path }))) {
      logger.warn({ path }, `cannot remove ${path}: its preremove script failed`);
      return;
    }
    try {
      if (rules.shred) {
        const { shred } = await import('./shred.ts');
        await shred(this.folder.of(gone), rules.shredCycles);
      }
    } catch (error) {
      logger.warn({ path }, `cannot shred ${path}: ${reasonOf(error)}`);
    }
    this.#unlinkLater(gone);
  }

  #unlinkLater(name: string): void {
    unlink(this.folder.of(name), (error) => {
      if (error === null || error.code === 'ENOENT') return;
      this.#options.logger.warn({ name }, `cannot remove an old log: ${reasonOf(error)}`);
    });
  }

  #list(): ReturnType<typeof archivesOf> {
    return archivesOf(this.#options.log, { rules: this.#settings.rules, listing: this.folder.list() });
  }

  #folderOf({ rules, serviceUid }: LogSettings): LogFolder {
    const { home, folderAt } = this.#options;
    if (rules.oldDir === undefined) return home;
    return folderAt(resolve(home.path, rules.oldDir), { serviceUid, su: rules.su });
  }

  #goneName(): string {
    return `.${this.#options.log}.${process.pid}-${serial++}${GONE}`;
  }
}
