import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Bench, bench, type Daemon, until } from '../../e2e/support/tappet.ts';
import { type Arena, endProcess, openArena } from './arena.ts';
import { COMMAND_SCENARIOS, type CommandScenario, type Turn } from './command-scenarios.ts';
import { isMissing } from './tools.ts';

/** In a cycle everything is looked at once: what is due has happened after two of them, and a third shows that it is over. */
const QUIET_CYCLES = 3;

/** A supervisor with its own command line. */
interface Side {
  up(): Promise<void>;
  /** Ends it; what it watches runs on. */
  down(): Promise<void>;
  forget(): void;
  run(words: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

function realSide(arena: Arena, file: string): Side {
  let child: ReturnType<typeof spawn> | undefined;
  const run = (words: readonly string[]): Promise<number> =>
    new Promise((resolve) => {
      execFile('monit', ['-c', file, ...words], (error) =>
        resolve(error === null ? 0 : typeof error.code === 'number' ? error.code : 255),
      );
    });
  const down = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return {
    run,
    down,
    close: down,
    forget: () => rmSync(arena.path('monit.state')),
    async up() {
      child = spawn('monit', ['-I', '-c', file], { stdio: 'ignore' });
      await until(async () => (await run(['summary'])) === 0, 'monit answers');
    },
  };
}

function ourSide(arena: Arena, file: string): Side {
  const own: Bench = bench(`[plugins.monit-compat]
include = [${JSON.stringify(file)}]
state_file = ${JSON.stringify(arena.path('state.json'))}
[[services]]
name = "other"
command = "sleep 1000"
`);
  let daemon: Daemon | undefined;
  const run = async (words: readonly string[]): Promise<number> =>
    (await own.run(words[0] === 'reload' ? ['reload'] : ['monit', ...words])).code;
  return {
    run,
    async up() {
      daemon = own.up();
      await until(async () => (await run(['summary'])) === 0, 'the supervisor answers');
    },
    async down() {
      daemon?.child.kill('SIGTERM');
      await daemon?.exited;
    },
    forget: () => rmSync(arena.path('state.json')),
    close: async () => own[Symbol.asyncDispose](),
  };
}

class Play {
  readonly #arena: Arena;
  readonly #side: Side;

  constructor(arena: Arena, side: Side) {
    this.#arena = arena;
    this.#side = side;
  }

  async turn(turn: Turn): Promise<void> {
    if ('until' in turn) await until(() => this.#count(turn.until) >= turn.times, String(turn.until), 60_000);
    else if ('daemon' in turn) await this.#daemon(turn.daemon);
    else if ('act' in turn) {
      this.#note(turn.title);
      turn.act(this.#arena);
    } else await this.#command(turn.command);
    const isDown = 'daemon' in turn && turn.daemon !== 'restart';
    if (turn.isFleeting !== true && !isDown) await this.settle();
  }

  /** Waits until nothing has happened for some cycles. */
  async settle(): Promise<void> {
    let length = -1;
    let since = 0;
    await until(
      () => {
        const lines = this.#lines();
        if (lines.length !== length) [length, since] = [lines.length, this.#arena.cycles];
        return this.#arena.cycles - since > QUIET_CYCLES;
      },
      `nothing more happens after ${this.#lines().at(-1)}`,
      60_000,
    );
  }

  #lines(): readonly string[] {
    return this.#arena.log('all');
  }

  #count(pattern: RegExp): number {
    const lines = this.#lines();
    return lines.slice(lines.findLastIndex((line) => line.startsWith('$')) + 1).filter((line) => pattern.test(line))
      .length;
  }

  #note(text: string): void {
    appendFileSync(this.#arena.path('log/all'), `$ ${text}\n`);
  }

  async #command(words: readonly string[]): Promise<void> {
    // In front of what it leads to; the exit code is added behind when it is known.
    this.#note(words.join(' '));
    const code = await this.#side.run(words);
    appendFileSync(this.#arena.path('codes'), `${words.join(' ')}: ${code}\n`);
    // The metronome has no methods: "all" switches it off.
    if (words.includes('all')) await this.#side.run(['monitor', 'metronome']);
  }

  async #daemon(what: 'restart' | 'stop' | 'forget'): Promise<void> {
    this.#note(`daemon: ${what}`);
    if (what === 'forget') return this.#side.forget();
    await this.#side.down();
    if (what === 'restart') await this.#side.up();
  }
}

interface Played {
  readonly log: readonly string[];
  readonly codes: readonly string[];
}

async function play(scenario: CommandScenario, make: (arena: Arena, file: string) => Side): Promise<Played> {
  const arena = openArena(make === realSide ? 'real' : 'ours');
  const pages = `set httpd unixsocket ${arena.path('monit.sock')}\n allow admin:hidden`;
  const file = await arena.control(`${pages}\n${await scenario.set(arena)}`);
  const side = make(arena, file);
  try {
    const played = new Play(arena, side);
    await side.up();
    if (scenario.turns[0]?.isFleeting !== true) await played.settle();
    for (const turn of scenario.turns) await played.turn(turn);
    const lines = arena.log('all');
    return { log: scenario.view?.(lines) ?? lines, codes: codesOf(arena) };
  } finally {
    await side.close();
    for (const name of scenario.processes ?? []) endProcess(arena.path(`${name}.pid`));
    await arena.clear();
  }
}

function codesOf(arena: Arena): readonly string[] {
  return arena.read('codes').trim().split('\n');
}

describe.skipIf(isMissing('monit')).concurrent('commands beside those of monit itself', () => {
  // Again, because monit computes the time of the boot at each start: on a busy machine it is a second off at times, and what is then
  // restarted counts as booted.
  it.each(COMMAND_SCENARIOS)('$title', { timeout: 240_000, retry: 2 }, async (scenario) => {
    const [real, ours] = await Promise.all([play(scenario, realSide), play(scenario, ourSide)]);
    expect(ours.log).toEqual(real.log);
    expect(ours.codes.map(success)).toEqual(real.codes.map(success));
  });
});

/** Ours tells failures apart; monit has one code for all of them. */
function success(line: string): string {
  return line.replace(/: [1-9]\d*$/, ': not 0');
}
