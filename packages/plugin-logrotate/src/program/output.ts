import { closeSync, openSync, writeSync } from 'node:fs';
import { type Report, renderReport, type Reporter } from '../language/report.ts';
import { toBytes, toPath } from '../names/byte-text.ts';

/** Where the program writes. */
export interface ProgramStreams {
  readonly stdout: { write(text: string | Uint8Array): unknown };
  readonly stderr: { write(text: string | Uint8Array): unknown };
}

/** Sends reports to stderr, and to a log file or syslog when there is one. */
export interface ProgramOutput {
  readonly report: Reporter;
  /** Debug messages go somewhere. */
  readonly isVerbose: boolean;
  /** Descriptor of the log file, handed to scripts as 3. */
  readonly logDescriptor: number | undefined;
  close(): void;
}

/** `-l syslog` means the system's log. */
const SYSLOG = 'syslog';
const SEVERITIES: Readonly<Record<Report['level'], string>> = {
  debug: 'debug',
  notice: 'notice',
  warning: 'warning',
  error: 'err',
};

/** Opens the outputs. Throws what opening the log file throws. */
export function openOutput({
  streams,
  isVerbose,
  logFile,
}: {
  readonly streams: ProgramStreams;
  readonly isVerbose: boolean;
  readonly logFile: string | undefined;
}): ProgramOutput {
  const isSyslog = logFile === SYSLOG;
  const logDescriptor = logFile === undefined || isSyslog ? undefined : openSync(toPath(logFile), 'w', 0o644);
  const forSyslog: Report[] = [];
  return {
    isVerbose: isVerbose || logFile !== undefined,
    logDescriptor,
    report(report) {
      const isShown = isVerbose || report.level !== 'debug';
      if (!isShown && logFile === undefined) return;
      const line = toBytes(`${renderReport(report)}\n`);
      if (isShown) streams.stderr.write(line);
      if (logDescriptor !== undefined) writeSync(logDescriptor, line);
      if (isSyslog) forSyslog.push(report);
    },
    close() {
      if (logDescriptor !== undefined) closeSync(logDescriptor);
      for (const report of forSyslog) sendToSyslog(report);
    },
  };
}

/** By the program `logger`: the system's socket takes datagrams, which Node cannot send. */
function sendToSyslog(report: Report): void {
  const message = renderReport(report).trim();
  if (message === '') return;
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  spawnSync('logger', ['-t', 'logrotate', '-p', `user.${SEVERITIES[report.level]}`, '--', message], {
    stdio: 'ignore',
  });
}
