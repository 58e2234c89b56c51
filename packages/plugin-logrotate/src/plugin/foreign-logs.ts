import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, Logger, Timer } from '@tappet/core';
import { childProgram } from '../child-programs.ts';
import { glob } from '../names/glob.ts';
import { reasonOf } from '../names/system-error.ts';

/** Clocks are set and machines sleep: the next due moment is looked at again after this. */
const LONGEST_WAIT_MS = 3600_000;
/** Of what the program says in one run, so many lines are passed on. */
const MOST_LINES = 50;

/** What is rotated besides the logs of services. */
export interface ForeignOptions {
  /** Shell patterns of configuration files. */
  readonly include: readonly string[];
  readonly state: string;
  /** How often logs that are rotated by size are looked at. */
  readonly intervalMs: number;
}

/** Rotates logs of others by logrotate's own configuration files: the program runs as a child whenever something is due. */
export class ForeignLogs {
  readonly #clock: Clock;
  readonly #log: Logger;
  #options: ForeignOptions | undefined;
  #timer: Timer | undefined;
  #child: ChildProcess | undefined;
  /** Runs so far. */
  runs = 0;

  constructor({ clock, log }: { clock: Clock; log: Logger }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Begins at once: logs that the state does not know get their first entry. Undefined: no more. */
  configure(options: ForeignOptions | undefined): void {
    const isSame = JSON.stringify(options) === JSON.stringify(this.#options);
    this.#options = options;
    if (isSame) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (options !== undefined) this.#wait(0);
  }

  async close(): Promise<void> {
    this.#options = undefined;
    this.#timer?.cancel();
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  #wait(waitMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(Math.min(waitMs, LONGEST_WAIT_MS), () => {
      this.#timer = undefined;
      void this.#look();
    });
  }

  /** Runs the program if anything is due, then waits for the next moment. */
  async #look(): Promise<void> {
    const options = this.#options;
    if (options === undefined || this.#child !== undefined) return;
    const files = options.include.flatMap((pattern) => glob(pattern).map(({ path }) => path));
    try {
      const next = files.length === 0 ? undefined : await this.#nextMs(files, options);
      if (next !== undefined && next <= this.#clock.wallMs()) await this.#run(files, options);
      const after = files.length === 0 ? undefined : await this.#nextMs(files, options);
      if (this.#options !== options) return;
      const waitMs = after === undefined ? LONGEST_WAIT_MS : after - this.#clock.wallMs();
      // What is still due was refused just now, with its reason.
      this.#wait(waitMs <= 0 ? options.intervalMs : waitMs);
    } catch (error) {
      this.#log.warn(`cannot rotate by ${options.include.join(' ')}: ${reasonOf(error)}`);
      if (this.#options === options) this.#wait(options.intervalMs);
    }
  }

  /** The language is only loaded where it is used. */
  async #nextMs(files: readonly string[], { state, intervalMs }: ForeignOptions): Promise<number | undefined> {
    const { explain } = await import('../explain/explain.ts');
    const nowMs = this.#clock.wallMs();
    const { logs } = explain(files, { stateFile: state, nowMs });
    const moments = logs.map(({ isDue, lastRotated, nextMs, obstacle }) => {
      if (obstacle !== undefined) return nowMs + intervalMs;
      if (isDue || lastRotated === undefined) return nowMs;
      return Math.min(nextMs ?? Infinity, nowMs + intervalMs);
    });
    return moments.length === 0 ? undefined : Math.min(...moments);
  }

  #run(files: readonly string[], { state }: ForeignOptions): Promise<void> {
    mkdirSync(dirname(state), { recursive: true });
    const program = childProgram('bin');
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [...process.execArgv, program, '-s', state, ...files], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      this.#child = child;
      this.runs++;
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += said.length < 64 * 1024 ? text : ''));
      child.once('error', (error) => this.#log.warn(`cannot run ${program}: ${error.message}`));
      child.once('close', (code) => {
        this.#child = undefined;
        const lines = said.split('\n').filter((line) => line.trim() !== '');
        for (const line of lines.slice(0, MOST_LINES)) this.#log.warn(`logrotate: ${line}`);
        if (code !== 0 && lines.length === 0) this.#log.warn(`logrotate ended with ${code ?? 'a signal'}`);
        resolve();
      });
    });
  }
}
