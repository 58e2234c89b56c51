import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Contender } from './contender.ts';
import { type Behaviour, Fleet } from './fleet.ts';
import { killAll } from './processes.ts';

/** Magic number of statfs(2). */
const TMPFS = 0x01021994;

const programs = join(import.meta.dirname, '../programs');

/** The temporary folder of one run. Whatever was started in it is dead, and the folder gone, when it is disposed. */
export class Stage implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'tb-'));
  /** For what lies in /run in real life: a tmpfs, whose files cost next to nothing. */
  readonly #memory: string;
  /** Beginning of the command line of every service. */
  readonly program: readonly string[] = makeProgram(this.folder);
  readonly #fleets: Fleet[] = [];

  constructor({ isOnDisk }: { isOnDisk: boolean }) {
    this.#memory = isOnDisk ? this.folder : (makeInMemory(basename(this.folder)) ?? this.folder);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void this[Symbol.asyncDispose]().then(() => process.exit(130)));
    }
  }

  /** A fleet of a contender, with its files written but nothing started. */
  fleet(contender: Contender, behaviour: Behaviour): Fleet {
    const folder = join(this.folder, `${this.#fleets.length}`);
    mkdirSync(folder);
    const work = join(this.#memory, `${this.#fleets.length}/work`);
    mkdirSync(work, { recursive: true });
    const fleet = new Fleet({ contender, behaviour, folder, work, program: this.program });
    this.#fleets.push(fleet);
    return fleet;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#fleets.map((fleet) => fleet.abandon()));
    await killAll(this.folder);
    for (const fleet of this.#fleets) fleet.close();
    for (const folder of [this.folder, this.#memory]) rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder on a tmpfs in which programs can be run; undefined where there is none. */
function makeInMemory(name: string): string | undefined {
  const folder = join('/dev/shm', name);
  try {
    mkdirSync(folder, { mode: 0o700 });
    const script = join(folder, 'true');
    writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 });
    if (statfsSync(folder).type === TMPFS && spawnSync(script).status === 0) return folder;
    rmSync(folder, { recursive: true });
  } catch {
    // Said below.
  }
  console.error('no tmpfs in /dev/shm: everything is on disk');
  return undefined;
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
