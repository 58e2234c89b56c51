import { constants, hostname } from 'node:os';
import { type Logger, sleep, systemClock } from '@tappet/core';
import { withSystemService } from '../model/configuration.ts';
import { oneLine } from '../report/one-line.ts';
import { Session } from '../session.ts';
import { type CheckReport, renderReport } from '../text/report.ts';
import { type MonitCommandContext, takeApart, UsageProblem } from './context.ts';
import { readOne } from './files.ts';

const DEFAULT_POLL_SECONDS = 30;
const LEAST_POLL_SECONDS = 0.1;

/**
 * `rehearse [--cycles N] FILE`: runs the checks of a control file and prints what would be done. Nothing is started, stopped, run or
 * mailed; only the programs of `check program` run, because they are checks. Ends after N cycles, or with Ctrl-C. When that comes before
 * the cycles are done the exit code says so, 128 and the number of the signal.
 */
export async function rehearse(context: MonitCommandContext, words: readonly string[]): Promise<number> {
  const { io } = context;
  const { names, values } = takeApart(words, { flags: [], values: ['cycles', 'poll'] });
  const cycles = numberOf(values.get('cycles'), { what: 'cycles', least: 1 });
  const poll = numberOf(values.get('poll'), { what: 'seconds', least: LEAST_POLL_SECONDS });
  const report = readOne(context, names);
  if (report === undefined) return 1;
  if (report.issues.length > 0) io.err(renderReport(report));
  const pollMs = (poll ?? report.configuration.settings.pollSeconds ?? DEFAULT_POLL_SECONDS) * 1000;
  const session = new Session({ clock: systemClock });
  const over = new AbortController();
  const interrupted = signalReceived(over.signal);
  try {
    await begin(session, { report, pollMs, io });
    const signal = await Promise.race([interrupted, enough(session, { cycles, pollMs, over: over.signal })]);
    return signal === undefined || cycles === undefined ? 0 : 128 + constants.signals[signal];
  } finally {
    over.abort();
    await session.close();
  }
}

function numberOf(text: string | undefined, { what, least }: { what: string; least: number }): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw new UsageProblem(`cannot use "${text}": it must be a number of ${what}, at least ${least}`);
}

async function begin(
  session: Session,
  { report, pollMs, io }: { report: CheckReport; pollMs: number; io: MonitCommandContext['io'] },
): Promise<void> {
  await session.adopt(
    {
      configuration: withSystemService(report.configuration),
      own: new Map(),
      pollMs,
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
}

const NO_SUPERVISOR = {
  service: () => undefined,
  serviceStatus: () => undefined,
  submit: async () => ({ outcome: 'refused' as const, message: 'this is a rehearsal' }),
};

function printer(io: MonitCommandContext['io']): Logger {
  const print = (first: string | object, second?: string): void =>
    io.out(`${new Date().toISOString()} ${oneLine(typeof first === 'string' ? first : (second ?? ''))}\n`);
  return { debug() {}, info: print, warn: print, error: print, child: () => printer(io) };
}

/** Resolves with the first signal that asks for an end; a second one ends the process as ever. */
function signalReceived(over: AbortSignal): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    const listener = (signal: NodeJS.Signals): void => {
      ignore();
      if (signal === 'SIGINT' || signal === 'SIGTERM') resolve(signal);
    };
    const ignore = (): void => void process.off('SIGINT', listener).off('SIGTERM', listener);
    process.on('SIGINT', listener).on('SIGTERM', listener);
    over.addEventListener('abort', ignore);
  });
}

/** Resolves when the last cycle has had nearly the time of a cycle for its probes; never without a number of cycles. */
async function enough(
  session: Session,
  { cycles, pollMs, over }: { cycles: number | undefined; pollMs: number; over: AbortSignal },
): Promise<undefined> {
  const pause = (ms: number): Promise<void> => sleep(systemClock, ms, over).catch(() => undefined);
  if (cycles === undefined) return new Promise(() => undefined);
  while ((session.watch?.cycles ?? 0) < cycles && !over.aborted) await pause(Math.min(50, pollMs / 10));
  await pause(pollMs * 0.9);
}
