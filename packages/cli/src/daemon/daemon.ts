import {
  type ConsoleWriter,
  type OutputSink,
  type Supervisor,
  type SupervisorExit,
  closeInheritedDescriptors,
  consoleSink,
  consoleWriter,
  createSupervisor,
  runtimeDirectory,
  systemClock,
} from '@tappet/core';
import control from '@tappet/plugin-control';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { type Io, outliveOutput } from '../io.ts';
import { renderProblem } from '../output/problem.ts';
import { forTerminal } from '@tappet/core/runtime';
import { configSource } from '../read-config.ts';
import { type DaemonLog, createDaemonLog } from './daemon-log.ts';
import { LOG_VARIABLE, detachedLog } from './detached-log.ts';
import { watchFaults } from './faults.ts';
import { handleSignals } from './signals.ts';
import { keepHeapSmall } from './small-heap.ts';

/** What `tappet up` runs with. */
export interface DaemonOptions {
  /** Only these services and what they depend on; empty: all. */
  readonly only: readonly string[];
  readonly config: string | undefined;
  readonly project: string | undefined;
  readonly format: 'text' | 'json';
  readonly io: Io;
}

/** Runs the supervisor until it has gone down. Resolves with the exit code. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  closeInheritedDescriptors();
  outliveOutput();
  const out = ownOutput();
  const log = await createDaemonLog({ format: options.format, write: (text) => out.write(text) });
  const supervisor = createSupervisor({
    source: await configSource(options.config, options.io.cwd),
    plugins: [control],
    directory: (project) => runtimeDirectory(project, options.io.env, process.getuid?.() ?? 0),
    only: options.only,
    log: log.logger,
    console: (service) => serviceConsole({ service, out, log, options }),
    ...(options.project === undefined ? {} : { project: options.project }),
  });
  keepHeapSmall(supervisor);
  supervisor.subscribe((event) => log.event(event, { isOneshot: (name) => isOneshot(supervisor, name) }));
  const ends = [
    handleSignals({ supervisor, log }),
    watchFaults({ log, uncaught: (error) => supervisor.uncaught(error) }),
  ];
  try {
    return await live(supervisor, { log, io: options.io });
  } finally {
    for (const end of ends) end();
    out.close();
    // What a plugin left open must not keep a supervisor alive that has gone down. Nothing left open: nothing to wait for.
    setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
  }
}

const LEFTOVERS_MS = 500;

function ownOutput(): ConsoleWriter {
  const path = process.env[LOG_VARIABLE];
  delete process.env[LOG_VARIABLE];
  return path === undefined ? consoleWriter({ fd: 1, clock: systemClock }) : detachedLog({ path, clock: systemClock });
}

async function live(supervisor: Supervisor, { log, io }: { log: DaemonLog; io: Io }): Promise<number> {
  try {
    await supervisor.start();
  } catch (error) {
    io.err(`${await renderProblem(error)}\n`);
    return exitCodeOf(error);
  }
  const exit = await supervisor.ended;
  log.ended(exit);
  return exitCode(exit);
}

function exitCode({ exitCode }: SupervisorExit): number {
  return exitCode === 0 ? EXIT.fine : exitCode;
}

function isOneshot(supervisor: Supervisor, name: string): boolean {
  return supervisor.service(name)?.spec.type === 'oneshot';
}

/** What no plugin and no log_file takes goes to our own output, with the service's name before each line. */
function serviceConsole({
  service,
  out,
  log,
  options,
}: {
  service: string;
  out: ConsoleWriter;
  log: DaemonLog;
  options: DaemonOptions;
}): OutputSink {
  if (options.format === 'json') return consoleSink({ prefix: '', write: (lines) => log.output(service, lines) });
  const prefix = `${service} | `;
  if (!options.io.isTerminal) return consoleSink({ prefix, write: (lines) => out.write(lines) });
  return consoleSink({ prefix, write: (lines) => out.write(forTerminal(Buffer.from(lines).toString('utf8'))) });
}
