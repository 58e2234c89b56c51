import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { silentLogger, systemClock } from '@tappet/core';
import { loadMonit, Session, withSystemService } from '@tappet/plugin-monit-compat/library';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../e2e/support/tappet.ts';
import { type Sink, smtpSink } from '../../unit/plugin-monit-compat/smtp-sink.ts';
import { type Arena, endProcess, openArena } from './arena.ts';
import { isMissing } from './tools.ts';

const CYCLES = 15;

/** What a reader of a mail sees, without what no two programs have in common. */
interface Seen {
  readonly head: readonly string[];
  readonly body: string;
}

async function control(arena: Arena, { port }: Sink): Promise<string> {
  const web = await arena.server('web', [200, 500, 500, 500, 500, 500, 500, 500, 200, 500, 200]);
  const slow = await arena.server('slow', [500, 500, 200]);
  // From cycle 12 on nothing is left to tell.
  const steps = { 9: () => void arena.write('gone', '') };
  const text = `set mailserver 127.0.0.1 port ${port}
set mail-format { from: monit@example.org
  message: $EVENT of $SERVICE, $ACTION }
set alert all@example.org with reminder on 3 cycles
set alert few@example.org only on { timestamp, size }
check host web with address 127.0.0.1
 if failed port ${web} protocol http then alert
 alert own@example.org with mail-format { subject: [own] $EVENT: $SERVICE }
 alert not@example.org not on { connection }
check host slow with address 127.0.0.1
 if failed port ${slow} protocol http for 2 cycles then exec "/bin/true"
 noalert all@example.org
 alert exec@example.org
check process late with pidfile ${arena.path('late.pid')}
 start program = "/bin/sh -c '${arena.note('late', 'start')}; test $(grep -c start ${arena.path('log/late')}) -lt 3 || ${arena.path('proc')} start late'" with timeout 1 seconds
check file gone with path ${arena.path('gone')}
 if does not exist for 2 cycles then alert
check system machine
`;
  return arena.control(text, steps);
}

async function playReal(): Promise<readonly Seen[]> {
  await using sink = await smtpSink();
  const arena = openArena('mail-real');
  const child = spawn('monit', ['-I', '-c', await control(arena, sink)], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    await until(() => arena.cycles >= CYCLES && arena.isSpent, 'monit has played', 60_000);
    return sink.mails.map(seen);
  } finally {
    child.kill('SIGTERM');
    await ended;
    endProcess(arena.path('late.pid'));
    await arena.clear();
  }
}

async function playOurs(): Promise<readonly Seen[]> {
  await using sink = await smtpSink();
  const arena = openArena('mail-ours');
  const file = await control(arena, sink);
  const session = new Session({ clock: systemClock });
  const refused = { outcome: 'refused', message: 'there is no supervisor' } as const;
  const supervisor = { service: () => undefined, serviceStatus: () => undefined, submit: async () => refused };
  await session.adopt(
    {
      configuration: withSystemService(loadMonit(file).configuration),
      own: new Map(),
      pollMs: 1000,
      fastMs: 1000,
      isRehearsal: false,
      host: 'machine',
      webhook: undefined,
      statePath: undefined,
      queueFolder: undefined,
      controlFile: file,
    },
    { supervisor, log: silentLogger, emit: () => undefined },
  );
  try {
    await until(() => arena.cycles >= CYCLES && arena.isSpent, 'we have played', 60_000);
    return sink.mails.map(seen);
  } finally {
    await session.close();
    endProcess(arena.path('late.pid'));
    await arena.clear();
  }
}

function seen(mail: string): Seen {
  const [head = '', ...rest] = mail.split('\n\n');
  const lines = head.split('\n');
  const field = (name: string): string => lines.find((line) => line.toLowerCase().startsWith(`${name}:`)) ?? '';
  return { head: ['from', 'to', 'subject'].map(field), body: rest.join('\n\n').trim() };
}

describe.skipIf(isMissing('monit'))('mails beside those of monit itself', () => {
  let real: readonly Seen[] = [];
  let ours: readonly Seen[] = [];
  beforeAll(async () => {
    [real, ours] = await Promise.all([playReal(), playOurs()]);
  }, 120_000);

  it('the same ones, to the same people, in the same order for each service', () => {
    // Services are looked at side by side here; and what monit says of its own start is not said.
    const told = real.filter(({ head }) => !head.join().includes('instance changed'));
    expect(real.length - told.length).toBe(1);
    expect(told.length).toBeGreaterThan(8);
    expect(threads(ours)).toEqual(threads(told));
  });
});

/** Mails by recipient and service. */
function threads(mails: readonly Seen[]): ReadonlyMap<string, readonly Seen[]> {
  const found = new Map<string, Seen[]>();
  for (const mail of mails) {
    const key = `${mail.head[1]} of ${/ of (\w+),/.exec(mail.body)?.[1]}`;
    found.set(key, [...(found.get(key) ?? []), mail]);
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}
