import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from './contender.ts';
import { type Behaviour, Fleet } from './fleet.ts';
import { killAll } from './processes.ts';

const programs = join(import.meta.dirname, '../programs');

/** The temporary folder of one run. Whatever was started in it is dead, and the folder gone, when it is disposed. */
export class Stage implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'tb-'));
  /** Beginning of the command line of every service. */
  readonly program: readonly string[] = makeProgram(this.folder);
  readonly #fleets: Fleet[] = [];

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void this[Symbol.asyncDispose]().then(() => process.exit(130)));
    }
  }

  /** A fleet of a contender, with its files written but nothing started. */
  fleet(contender: Contender, behaviour: Behaviour): Fleet {
    const folder = join(this.folder, `${this.#fleets.length}`);
    mkdirSync(folder);
    const fleet = new Fleet({ contender, behaviour, folder, program: this.program });
    this.#fleets.push(fleet);
    return fleet;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await killAll(this.folder);
    for (const fleet of this.#fleets) fleet.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function makeProgram(folder: string): readonly string[] {
  const source = join(programs, 'service.c');
  const program = join(folder, 'service');
  for (const options of [['-static'], []]) {
    const { status } = spawnSync('gcc', ['-O2', ...options, '-o', program, source], { stdio: 'ignore' });
    if (status === 0) return [program];
  }
  console.error('no gcc: the services are shell scripts, and their times those of reading what they wrote');
  copyFileSync(join(programs, 'service.sh'), `${program}.sh`);
  return ['/bin/sh', `${program}.sh`];
}
