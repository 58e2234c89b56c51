import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command, Contender, Plan, ServiceOrder } from './contender.ts';
import { type Mark, Marks, nowMs } from './marks.ts';
import { killAll, processesWith, runsService } from './processes.ts';

/** What the services of a fleet do. */
export interface Behaviour {
  readonly count: number;
  readonly mode: readonly ['quiet'] | readonly ['chatty'] | readonly ['flood', string];
  /** Output into a file for each. */
  readonly isLogged: boolean;
}

const ABANDON_MS = 5000;

/** A contender with its services: launched, looked at, brought down. */
export class Fleet {
  readonly contender: Contender;
  readonly folder: string;
  readonly marks: Marks;
  readonly services: readonly ServiceOrder[];
  readonly plan: Plan;
  readonly #env: Readonly<Record<string, string>>;
  readonly #program: string;
  readonly #count: number;
  #child: ChildProcess | undefined;

  constructor(about: {
    contender: Contender;
    behaviour: Behaviour;
    folder: string;
    work: string;
    program: readonly string[];
  }) {
    const { contender, behaviour, folder, work, program } = about;
    this.contender = contender;
    this.folder = folder;
    this.#count = behaviour.count;
    this.#program = program.at(-1) ?? '';
    for (const part of ['logs']) mkdirSync(join(folder, part));
    this.marks = new Marks(join(folder, 'marks'));
    this.services = Array.from({ length: behaviour.count }, (_, index) => ({
      name: `s${index}`,
      command: [...program, this.marks.path, String(index), ...behaviour.mode],
      log: behaviour.isLogged ? join(folder, 'logs', `s${index}.log`) : null,
    }));
    this.#env = {
      PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: work,
      TMPDIR: join(folder, '../'),
      TAPPET_BENCH: `${folder}/`,
    };
    this.plan = contender.prepare({ services: this.services, folder: work });
  }

  /** Runs the launching command; the moment at which it was given, ms. */
  launch(): number {
    const out = openSync(join(this.folder, 'out'), 'a');
    const { program, args } = this.plan.launch;
    const begin = nowMs();
    this.#child = spawn(program, args, {
      env: this.#env,
      stdio: ['ignore', out, out],
      detached: true,
      cwd: this.folder,
    });
    closeSync(out);
    return begin;
  }

  /** Waits for the first instruction of every service; the last of these moments, ms. */
  async up(): Promise<number> {
    const marks = await this.#all('S');
    return Math.max(...marks.map(({ atMs }) => atMs));
  }

  /** Asks for the end of everything and waits for that of every service. How long each of both took, ms. */
  async stop(): Promise<{ servicesMs: number; supervisorMs: number }> {
    const { stop } = this.plan;
    const begin = nowMs();
    const child = this.#child;
    const isGone =
      child === undefined || child.exitCode !== null || typeof stop !== 'string'
        ? Promise.resolve(NaN)
        : new Promise<number>((resolve) => child.once('exit', () => resolve(nowMs())));
    if (typeof stop === 'string') child?.kill(stop);
    else this.#run(stop);
    const ends = await this.#all('E');
    const last = Math.max(...ends.map(({ atMs }) => atMs));
    const gone = await Promise.race([
      isGone,
      new Promise<number>((resolve) => setTimeout(resolve, 10_000, NaN).unref()),
    ]);
    return { servicesMs: last - begin, supervisorMs: gone - begin };
  }

  /** What a user would type for a look at all services; how long it took, ms, and what it wrote. */
  status(): { ms: number; text: string } {
    if (this.plan.status === undefined) throw new TypeError(`${this.contender.name} has no status command`);
    return this.runTimed(this.plan.status);
  }

  runTimed({ program, args }: Command): { ms: number; text: string } {
    const begin = nowMs();
    const { stdout, stderr, status } = spawnSync(program, args, {
      env: this.#env,
      cwd: this.folder,
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    const ms = nowMs() - begin;
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
    return { ms, text: stdout };
  }

  /** The processes of the contender itself. */
  supervisors(): readonly number[] {
    return processesWith(`${this.folder}/`).filter((pid) => !runsService(pid, this.#program));
  }

  /** The services that run right now. */
  running(): readonly number[] {
    return processesWith(`${this.folder}/`).filter((pid) => runsService(pid, this.#program));
  }

  /** Ends everything: in order where a contender would leave something on the system, else at once. */
  async end(): Promise<void> {
    if (this.plan.mustStop === true) await this.stop().catch((error: Error) => console.error(error.message));
    await this.kill();
    this.#child = undefined;
  }

  /** Gives one that was interrupted a moment to leave nothing on the system. */
  async abandon(): Promise<void> {
    const { stop, mustStop } = this.plan;
    const child = this.#child;
    if (mustStop !== true || typeof stop !== 'string' || child === undefined || child.exitCode !== null) return;
    child.kill(stop);
    await Promise.race([once(child, 'exit'), sleep(ABANDON_MS)]);
  }

  /** Ends everything at once, whatever state it is in. */
  async kill(): Promise<void> {
    await killAll(`${this.folder}/`);
  }

  close(): void {
    this.marks[Symbol.dispose]();
  }

  /** A mark of this kind from every service. Rejects with what the contender said. */
  async #all(kind: 'S' | 'E'): Promise<readonly Mark[]> {
    try {
      return await this.marks.until(kind, (marks) => marks.length >= this.#count);
    } catch (cause) {
      const said = readFileSync(join(this.folder, 'out'), 'utf8').slice(0, 2000);
      throw new Error(`${this.contender.name} does not ${kind === 'S' ? 'start' : 'stop'} its services:\n${said}`, {
        cause,
      });
    }
  }

  #run({ program, args }: Command): void {
    spawn(program, args, { env: this.#env, stdio: 'ignore', cwd: this.folder, detached: true }).unref();
  }
}
