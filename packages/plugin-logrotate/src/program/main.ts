import { runRotation } from '../execute/run.ts';
import { shellRunner } from '../execute/run-script.ts';
import { readConfiguration } from '../language/read.ts';
import type { Reporter } from '../language/report.ts';
import { reasonOf } from '../names/system-error.ts';
import { lockStateFile, type StateLock } from '../state/state-lock.ts';
import { parseCommandLine, type ProgramOptions } from './options.ts';
import { openOutput, type ProgramOutput, type ProgramStreams } from './output.ts';

/** Exit statuses: fine, something failed, the command line is wrong, another run has the state file. */
const FINE = 0;
const FAILED = 1;
const USAGE = 2;
const LOCKED = 3;

/** Runs the drop-in program; resolves with its exit status. Files are handled like the C program does. */
export async function main(argv: readonly string[], streams: ProgramStreams = process): Promise<number> {
  const line = parseCommandLine(argv);
  if (line.kind === 'run') return run(line.options, streams);
  if (line.kind === 'mistake' || line.kind === 'conflict') {
    streams.stderr.write(`${line.message}\n`);
    return line.kind === 'mistake' ? USAGE : FAILED;
  }
  const { HELP_TEXT, USAGE_TEXT, VERSION_TEXT } = await import('./texts.ts');
  if (line.kind === 'nothing') {
    streams.stderr.write(`${VERSION_TEXT.split('\n')[0]}\n\n${USAGE_TEXT}`);
    return FAILED;
  }
  streams.stdout.write({ help: HELP_TEXT, usage: USAGE_TEXT, version: VERSION_TEXT }[line.kind]);
  return FINE;
}

async function run(options: ProgramOptions, streams: ProgramStreams): Promise<number> {
  let output: ProgramOutput;
  try {
    output = openOutput({ streams, isVerbose: options.isVerbose, logFile: options.logFile });
  } catch (error) {
    streams.stderr.write(`error: error opening log file ${options.logFile}: ${reasonOf(error)}\n`);
    return FAILED;
  }
  try {
    return await runLocked(options, output);
  } finally {
    output.close();
  }
}

async function runLocked(options: ProgramOptions, output: ProgramOutput): Promise<number> {
  const { report } = output;
  if (options.isDryRun) report({ level: 'warning', message: DRY_RUN_NOTE });
  const configuration = readConfiguration(options.configs, { report, isDryRun: options.isDryRun });
  const lock = takeLock(options, report);
  if (lock === undefined) return LOCKED;
  try {
    const hasRotated = await runRotation({
      ...options,
      isVerbose: output.isVerbose,
      blocks: configuration.blocks,
      nowMs: Date.now(),
      report,
      runScript: shellRunner({ logDescriptor: output.logDescriptor }),
    });
    return hasRotated && !configuration.hasFailed ? FINE : FAILED;
  } finally {
    lock.release();
  }
}

const DRY_RUN_NOTE =
  'logrotate in debug mode does nothing except printing debug messages!  ' +
  'Consider using verbose mode (-v) instead if this is not what you want.\n';

/** Undefined when the state file cannot be locked: then nothing may be done. */
function takeLock(
  { stateFile, isDryRun, skipLock, waitForLock }: ProgramOptions,
  report: Reporter,
): StateLock | undefined {
  const none = { release() {} };
  if (isDryRun || stateFile === '/dev/null') return none;
  if (skipLock) {
    report({ level: 'debug', message: `Skip locking state file ${stateFile}` });
    return none;
  }
  return lockStateFile(stateFile, { wait: waitForLock, report });
}
