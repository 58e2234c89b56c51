import type { Clock, Logger, OutputSink, OutputStream, Timer } from '@tappet/core';
import { nextDueMs } from '../decide/next-due.ts';
import { reasonOf } from '../names/system-error.ts';
import { readStateFile, writeStateFile } from '../state/state-file.ts';
import { keepBudget } from './budget.ts';
import { Compressor } from './compressor.ts';
import { decorator } from './decorate.ts';
import { HeldFolders } from './held-folders.ts';
import { LogFile } from './log-file.ts';
import type { LineOptions, LogSettings } from './settings.ts';

/** Clocks are set and machines sleep: the next due moment is looked at again after this. */
const LONGEST_WAIT_MS = 3600_000;
const LOOK_AGAIN_MS = 60_000;

/** Who writes into a log. */
export interface LogSource {
  readonly service: string;
  readonly stream: OutputStream;
  readonly path: string;
  readonly settings: LogSettings;
  readonly lines: LineOptions;
  readonly resume: () => void;
}

/** All captured logs of a supervisor. Survives reloads: sinks come and go, a log stays open as long as one writes into it. */
export class CapturedLogs {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #compressor: Compressor;
  readonly #folders = new HeldFolders();
  readonly #files = new Map<string, { file: LogFile; sinks: number }>();
  #budget: number | undefined;
  #stateFile: string | undefined;
  #timer: Timer | undefined;
  #timerDueMs = Infinity;
  #isBudgetDue = false;

  constructor({ clock, log }: { clock: Clock; log: Logger }) {
    this.#clock = clock;
    this.#log = log;
    this.#compressor = new Compressor(log);
    this.#compressor.onCompressed = () => this.#checkBudget();
  }

  /** Bytes for all logs together, and where the times of rotations are kept. */
  configure({ budget, stateFile }: { budget: number | undefined; stateFile: string }): void {
    this.#budget = budget;
    this.#stateFile = stateFile;
    this.#checkBudget();
  }

  get files(): readonly LogFile[] {
    return [...this.#files.values()].map(({ file }) => file);
  }

  /** A sink that appends to a log. Two sinks of one path share the file. */
  sink(source: LogSource): OutputSink {
    const { path, service, stream, resume } = source;
    const file = this.#acquire(source);
    const decorate = decorator(source.lines, { service, stream, clock: this.#clock });
    let noticeTimer: Timer | undefined;
    const remind = (): void => {
      const dueInMs = decorate?.dueInMs;
      if (dueInMs === undefined) return;
      noticeTimer ??= this.#clock.setTimer(dueInMs, () => {
        noticeTimer = undefined;
        if (decorate !== undefined) file.write(decorate.notice());
      });
    };
    file.resumes.add(resume);
    return {
      write(chunk) {
        if (decorate === undefined) return file.write(chunk);
        const dressed = decorate.add(chunk);
        remind();
        return dressed.length === 0 || file.write(dressed);
      },
      close: async () => {
        noticeTimer?.cancel();
        file.resumes.delete(resume);
        const rest = decorate?.rest() ?? new Uint8Array(0);
        if (rest.length > 0) file.write(rest);
        await this.#release(path);
      },
    };
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#compressor.close();
    const files = this.files;
    this.#files.clear();
    await Promise.all(files.map((file) => file.release()));
    this.#folders.keep([]);
  }

  /** Resolves when no rotation and no compression is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.files.map((file) => file.idle()));
    await this.#compressor.idle();
  }

  #acquire({ path, settings }: LogSource): LogFile {
    const known = this.#files.get(path);
    if (known !== undefined) {
      known.sinks++;
      known.file.renew(settings);
      this.#expect(known.file);
      return known.file;
    }
    const file = new LogFile({
      path,
      settings,
      log: this.#log,
      clock: this.#clock,
      compressor: this.#compressor,
      folderAt: this.#folders.at,
      onRotated: () => {
        this.#checkBudget();
        if (!this.#isTimed(file)) return;
        this.#saveState();
        this.#schedule();
      },
    });
    this.#files.set(path, { file, sinks: 1 });
    if (this.#isTimed(file)) this.#restoreState(file);
    this.#expect(file);
    return file;
  }

  async #release(path: string): Promise<void> {
    const known = this.#files.get(path);
    if (known === undefined || --known.sinks > 0) return;
    await known.file.idle();
    if (known.sinks > 0) return;
    this.#files.delete(path);
    await known.file.release();
    void this.#compressor.idle().then(() => this.#closeFolders());
    this.#schedule();
  }

  #closeFolders(): void {
    this.#folders.keep(this.files.flatMap(({ folder, old }) => [folder, old.folder]));
  }

  #isTimed({ settings }: LogFile): boolean {
    return settings.rules.criterion.kind !== 'size';
  }

  /** One timer for the next moment at which any log is due. */
  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerDueMs = Infinity;
    for (const file of this.files) this.#expect(file);
  }

  /** Sees to it that the timer is not later than this log is due. */
  #expect({ settings, lastRotated }: LogFile): void {
    const nowMs = this.#clock.wallMs();
    const dueMs = nextDueMs({ criterion: settings.rules.criterion, lastRotated, nowMs });
    if (dueMs === undefined) return;
    // What is due but held back (too small, too young) is looked at once a minute.
    const atMs = dueMs <= nowMs ? nowMs + LOOK_AGAIN_MS : Math.min(dueMs, nowMs + LONGEST_WAIT_MS);
    if (atMs >= this.#timerDueMs) return;
    this.#timerDueMs = atMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(atMs - nowMs, () => {
      this.#timer = undefined;
      this.rotateDue();
    });
  }

  /** Rotates every log that is due by its period. */
  rotateDue(): void {
    for (const file of this.files.filter((one) => this.#isTimed(one))) {
      try {
        file.rotateIfDue();
      } catch (error) {
        this.#log.warn({ path: file.path }, `cannot look at ${file.path}: ${reasonOf(error)}`);
      }
    }
    this.#schedule();
  }

  #restoreState(file: LogFile): void {
    if (this.#stateFile === undefined) return;
    const { entries } = readStateFile(this.#stateFile, () => {});
    const known = entries.get(file.path);
    if (known !== undefined) file.lastRotated = known;
    else this.#saveState();
    try {
      file.rotateIfDue();
    } catch (error) {
      this.#log.warn({ path: file.path }, `cannot look at ${file.path}: ${reasonOf(error)}`);
    }
  }

  #saveState(): void {
    if (this.#stateFile === undefined) return;
    const entries = new Map(readStateFile(this.#stateFile, () => {}).entries);
    for (const file of this.files) if (this.#isTimed(file)) entries.set(file.path, file.lastRotated);
    writeStateFile(this.#stateFile, { entries, report: ({ message }) => this.#log.warn(message) });
  }

  /** Old logs beyond the budget go, the oldest first. Not more often than once a turn of the loop. */
  #checkBudget(): void {
    if (this.#budget === undefined || this.#isBudgetDue) return;
    this.#isBudgetDue = true;
    setImmediate(() => {
      this.#isBudgetDue = false;
      if (this.#budget === undefined) return;
      try {
        keepBudget(this.files, this.#budget);
      } catch (error) {
        this.#log.warn(`cannot keep the logs within their budget: ${reasonOf(error)}`);
      }
    });
  }
}
