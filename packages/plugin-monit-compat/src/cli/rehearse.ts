import { hostname } from 'node:os';
import { type Logger, systemClock } from '@tappet/core';
import { withSystemService } from '../model/configuration.ts';
import { Session } from '../session.ts';
import { renderReport } from '../text/report.ts';
import { type MonitCommandContext, takeApart } from './context.ts';
import { readOne } from './files.ts';

const DEFAULT_POLL_SECONDS = 30;

/**
 * `rehearse [--cycles N] FILE`: runs the checks of a control file and prints what would be done. Nothing is started, stopped, run or
 * mailed; only the programs of `check program` run, because they are checks. Ends after N cycles, or with Ctrl-C.
 */
export async function rehearse({ io }: MonitCommandContext, words: readonly string[]): Promise<number> {
  const { names, values } = takeApart(words, { flags: [], values: ['cycles', 'poll'] });
  const report = readOne(io, names);
  if (report === undefined) return 1;
  if (report.issues.length > 0) io.err(renderReport(report));
  const cycles = Number(values.get('cycles') ?? Number.POSITIVE_INFINITY);
  const { settings } = report.configuration;
  const pollSeconds = Number(values.get('poll') ?? settings.pollSeconds ?? DEFAULT_POLL_SECONDS);
  const session = new Session({ clock: systemClock });
  await session.adopt(
    {
      configuration: withSystemService(report.configuration),
      own: new Map(),
      pollMs: pollSeconds * 1000,
      fastMs: 1000,
      isRehearsal: true,
      host: hostname(),
      webhook: undefined,
      statePath: undefined,
      queueFolder: undefined,
      controlFile: report.file,
    },
    { supervisor: NO_SUPERVISOR, log: printer(io), emit: () => undefined },
  );
  await Promise.race([interrupted(), enough(session, cycles, pollSeconds)]);
  await session.close();
  return 0;
}

const NO_SUPERVISOR = {
  service: () => undefined,
  serviceStatus: () => undefined,
  submit: async () => ({ outcome: 'refused' as const, message: 'this is a rehearsal' }),
};

function printer(io: MonitCommandContext['io']): Logger {
  const print = (first: string | object, second?: string): void =>
    io.out(`${new Date().toISOString()} ${typeof first === 'string' ? first : (second ?? '')}\n`);
  return { debug() {}, info: print, warn: print, error: print, child: () => printer(io) };
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** Resolves when the last cycle has had the time of a cycle for its probes. */
async function enough(session: Session, cycles: number, pollSeconds: number): Promise<void> {
  if (!Number.isFinite(cycles)) return new Promise(() => undefined);
  while ((session.watch?.cycles ?? 0) <= cycles)
    await new Promise((resolve) => setTimeout(resolve, Math.min(50, pollSeconds * 100)));
}
