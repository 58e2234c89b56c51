import { toCivil } from '../decide/civil-time.ts';
import type { Reporter } from '../language/report.ts';
import type { LogBlock, SwitchUser } from '../language/rules.ts';
import { keptEntries, readStateFile, writeStateFile } from '../state/state-file.ts';
import { type RotationContext, RotationState } from './context.ts';
import { dryFiles } from './dry-files.ts';
import { localFiles } from './local-files.ts';
import type { LogFiles } from './log-files.ts';
import { rotateBlock } from './rotate-block.ts';
import type { ScriptRunner } from './run-script.ts';

/** What a run over a configuration needs. */
export interface RunOptions {
  readonly blocks: readonly LogBlock[];
  readonly stateFile: string;
  readonly nowMs: number;
  readonly isForced: boolean;
  readonly isDryRun: boolean;
  readonly mailCommand: string;
  readonly report: Reporter;
  readonly isVerbose: boolean;
  readonly runScript: ScriptRunner;
}

/** State files that mean: keep no state. */
const NO_STATE = '/dev/null';

/** Rotates what is due in all blocks and writes the state. False when anything failed; it was reported. */
export async function runRotation({ blocks, stateFile, ...options }: RunOptions): Promise<boolean> {
  const { report, isDryRun, nowMs } = options;
  const reading = readStateFile(stateFile, report);
  const now = toCivil(nowMs);
  const context: RotationContext = {
    ...options,
    now,
    state: new RotationState(reading.entries, now),
    filesFor: async (su) => (isDryRun ? dryFiles(await filesFor(su)) : filesFor(su)),
  };
  report({ level: 'debug', message: `\nHandling ${blocks.length} logs` });
  let hasFailed = reading.hasFailed;
  for (const block of blocks) {
    if (!(await rotateBlock(block, context))) hasFailed = true;
  }
  if (!isDryRun && stateFile !== NO_STATE) {
    const { entries, met } = context.state;
    if (!writeStateFile(stateFile, { entries: keptEntries(entries, { met, now }), report })) hasFailed = true;
  }
  return !hasFailed;
}

/** A child process is needed only where this one is somebody else. */
async function filesFor(su: SwitchUser | undefined): Promise<LogFiles> {
  const isSelf = su === undefined || (su.uid === process.geteuid?.() && su.gid === process.getegid?.());
  return isSelf ? localFiles() : (await import('./remote-files.ts')).remoteFiles(su);
}
