import type { Clock, Logger } from '@tappet/core';
import type { RotationRules } from '../language/rules.ts';
import { reasonOf } from '../names/system-error.ts';
import { runScripts } from './scripts.ts';

/** After a rotation that failed the log grows on for so long. */
const NEXT_ATTEMPT_MS = 10_000;

/** Whether a log is to be rotated and whether it may be now: scripts run before and after, and a failure has to be waited out. */
export class RotationTurn {
  /** It is due, whatever the size. */
  isWanted = false;
  readonly #options: { readonly path: string; readonly log: Logger; readonly clock: Clock };
  #scripts: Promise<void> | undefined;
  /** The scripts before have run: it is carried out at the next line's end. */
  #isPrepared = false;
  #holdOffUntilMs = 0;

  constructor(options: { readonly path: string; readonly log: Logger; readonly clock: Clock }) {
    this.#options = options;
  }

  get isFree(): boolean {
    if (this.#scripts !== undefined) return false;
    return this.#holdOffUntilMs === 0 || this.#options.clock.nowMs() >= this.#holdOffUntilMs;
  }

  want(): void {
    this.isWanted = true;
    this.#holdOffUntilMs = 0;
  }

  /** False when scripts have to run first: they are started, the log grows on, and `ready` is called when they have succeeded. */
  prepare({ scripts }: RotationRules, ready: () => void): boolean {
    if (this.#isPrepared || (scripts.firstaction ?? scripts.prerotate) === undefined) return true;
    this.#run(scripts, ['firstaction', 'prerotate'], (isFine) => {
      if (!isFine) {
        this.failed(new Error('a script before the rotation failed'));
        return;
      }
      this.#isPrepared = true;
      this.isWanted = true;
      ready();
    });
    return false;
  }

  finished({ scripts }: RotationRules): void {
    this.isWanted = false;
    this.#isPrepared = false;
    this.#holdOffUntilMs = 0;
    if ((scripts.postrotate ?? scripts.lastaction) === undefined) return;
    const { path, log } = this.#options;
    this.#run(scripts, ['postrotate', 'lastaction'], (isFine) => {
      if (!isFine) log.warn({ path }, `a script after the rotation of ${path} failed`);
    });
  }

  failed(error: unknown): void {
    const { clock, log, path } = this.#options;
    this.#isPrepared = false;
    this.isWanted = false;
    this.#holdOffUntilMs = clock.nowMs() + NEXT_ATTEMPT_MS;
    log.warn({ path, error: reasonOf(error) }, `cannot rotate ${path}: ${reasonOf(error)}`);
  }

  /** Resolves when no script runs. */
  async idle(): Promise<void> {
    await this.#scripts;
  }

  #run(
    scripts: RotationRules['scripts'],
    names: Parameters<typeof runScripts>[0]['names'],
    ended: (isFine: boolean) => void,
  ): void {
    this.#scripts = runScripts({ scripts, names, path: this.#options.path }).then((isFine) => {
      this.#scripts = undefined;
      ended(isFine);
    });
  }
}
