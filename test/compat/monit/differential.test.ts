import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { silentLogger, systemClock } from '@tappet/core';
import { findService, loadMonit, Session, withSystemService } from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Arena, endProcess, openArena } from './arena.ts';
import { SCENARIOS, type Stage } from './scenarios.ts';
import { isMissing } from './tools.ts';

const CYCLES = 14;

interface Played {
  readonly arena: Arena;
  readonly logs: ReadonlyMap<string, readonly string[]>;
}

/** Every scenario in one control file; the metronome stands last, so that what it does comes after all checks of a cycle. */
async function stage(arena: Arena): Promise<{ file: string; processes: readonly string[] }> {
  const stages: Stage[] = [];
  for (const scenario of SCENARIOS) stages.push(await scenario.set(arena));
  const steps: Record<number, () => void> = {};
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    steps[cycle] = () => stages.forEach((one) => one.steps?.[cycle]?.());
  }
  return {
    file: await arena.control(stages.map(({ text }) => text).join('\n'), steps),
    processes: stages.flatMap(({ processes = [] }) => processes),
  };
}

async function played(arena: Arena, isOver: () => boolean): Promise<void> {
  const endMs = performance.now() + 150_000;
  while (!(arena.cycles >= CYCLES && arena.isSpent)) {
    if (performance.now() > endMs || isOver())
      throw new Error(`the run stopped in cycle ${arena.cycles}; answers are ${arena.isSpent ? 'spent' : 'left'}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function logsOf(arena: Arena): Map<string, readonly string[]> {
  return new Map(SCENARIOS.flatMap(({ logs }) => logs.map((name) => [name, arena.log(name)])));
}

async function playReal(): Promise<Played> {
  const arena = openArena('real');
  const { file, processes } = await stage(arena);
  const child: ChildProcess = spawn('monit', ['-I', '-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit');
  try {
    await played(arena, () => child.exitCode !== null).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${said}`);
    });
    return { arena, logs: logsOf(arena) };
  } finally {
    child.kill('SIGTERM');
    await ended;
    for (const name of processes) endProcess(arena.path(`${name}.pid`));
    await arena.clear();
  }
}

async function playOurs(): Promise<Played> {
  const arena = openArena('ours');
  const { file, processes } = await stage(arena);
  const loaded = loadMonit(file);
  expect(loaded.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  const session = new Session({ clock: systemClock });
  const refused = { outcome: 'refused', message: 'there is no supervisor' } as const;
  const supervisor = { service: () => undefined, serviceStatus: () => undefined, submit: async () => refused };
  await session.adopt(
    {
      configuration: withSystemService(loaded.configuration),
      own: new Map(),
      pollMs: 1000,
      fastMs: 1000,
      isRehearsal: false,
      host: 'localhost',
      webhook: undefined,
      statePath: undefined,
      queueFolder: undefined,
      controlFile: file,
    },
    { supervisor, log: silentLogger, emit: () => undefined },
  );
  try {
    await played(arena, () => false);
    expect(findService(loaded.configuration, 'metronome')).toBeDefined();
    return { arena, logs: logsOf(arena) };
  } finally {
    await session.close();
    for (const name of processes) endProcess(arena.path(`${name}.pid`));
    await arena.clear();
  }
}

describe.skipIf(isMissing('monit'))('beside monit itself, on the same control file', () => {
  let real: Played;
  let ours: Played;
  beforeAll(async () => {
    [real, ours] = await Promise.all([playReal(), playOurs()]);
  }, 200_000);
  afterAll(() => undefined);

  it.each(SCENARIOS)('$title', ({ logs, unordered }) => {
    for (const name of logs) {
      const [theirs, own] = [real, ours].map((one) => [...(one.logs.get(name) ?? [])]);
      if (unordered === true) {
        theirs?.sort();
        own?.sort();
      }
      expect(own).toEqual(theirs);
    }
  });

  it('has something to compare in all but the scenarios of what must not happen', () => {
    const silent = SCENARIOS.flatMap(({ logs }) => logs).filter((name) => (real.logs.get(name) ?? []).length === 0);
    expect(silent).toEqual(['s23']);
  });
});
