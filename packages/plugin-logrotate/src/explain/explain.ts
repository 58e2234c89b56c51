import { lstatSync, type Stats } from 'node:fs';
import { type CivilTime, startOfHour, toCivil } from '../decide/civil-time.ts';
import { decideDue } from '../decide/due.ts';
import { nextDueMs } from '../decide/next-due.ts';
import { readConfiguration } from '../language/read.ts';
import { type Report, renderReport } from '../language/report.ts';
import type { LogBlock } from '../language/rules.ts';
import { toPath } from '../names/byte-text.ts';
import { readStateFile } from '../state/state-file.ts';
import { describeFate } from './words.ts';

/** What is going to happen to one log. */
export interface LogExplanation {
  readonly log: string;
  /** Where the block stands that the log belongs to. */
  readonly source: LogBlock['source'];
  readonly isDue: boolean;
  /** Why it is left alone altogether, when it is: it is missing, a link, has several names. */
  readonly obstacle: string | undefined;
  readonly lastRotated: CivilTime | undefined;
  /** When its period is over next, in milliseconds since the epoch; undefined when only its size counts. */
  readonly nextMs: number | undefined;
  /** Sentences: when it is rotated, what is done, what becomes of old copies. */
  readonly words: readonly string[];
}

/** What the configuration says, log by log, and what is wrong with it. */
export interface Explanation {
  readonly logs: readonly LogExplanation[];
  readonly problems: readonly string[];
}

/** Says what a run would do and when the next one is due. Changes nothing, needs no lock. */
export function explain(
  files: readonly string[],
  {
    stateFile = '/var/lib/logrotate/status',
    nowMs = Date.now(),
  }: { readonly stateFile?: string; readonly nowMs?: number } = {},
): Explanation {
  const problems: string[] = [];
  const report = (said: Report): void => {
    if (said.level === 'error' || said.level === 'warning') problems.push(renderReport(said));
  };
  const { blocks } = readConfiguration(files, { report, isDryRun: true });
  const { entries } = readStateFile(stateFile, report);
  const logs = blocks.flatMap((block) => block.files.map((log) => explainLog({ log, block, entries, nowMs })));
  return { logs, problems };
}

function explainLog({
  log,
  block,
  entries,
  nowMs,
}: {
  log: string;
  block: LogBlock;
  entries: ReadonlyMap<string, CivilTime>;
  nowMs: number;
}): LogExplanation {
  const now = toCivil(nowMs);
  const lastRotated = entries.get(log);
  const stat = statOf(log);
  const obstacle = obstacleOf(stat, block);
  const since = lastRotated ?? startOfHour(now);
  const { rules, source } = block;
  const isDue =
    stat !== undefined &&
    obstacle === undefined &&
    decideDue({ rules, now, nowMs, lastRotated: since, size: stat.size, modifiedMs: stat.mtimeMs, isForced: false })
      .isDue;
  const nextMs = nextDueMs({ criterion: rules.criterion, lastRotated: since, nowMs });
  const words = describeFate({ rules, log, isDue, obstacle, size: stat?.size, nextMs, nowMs });
  return { log, source, isDue, obstacle, lastRotated, nextMs, words };
}

function statOf(log: string): Stats | undefined {
  try {
    return lstatSync(toPath(log), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function obstacleOf(stat: Stats | undefined, { rules }: LogBlock): string | undefined {
  if (stat === undefined)
    return rules.missingOk ? 'it does not exist, which is fine' : 'it does not exist, which is an error';
  if (stat.isSymbolicLink()) return 'it is a symbolic link';
  if (stat.isDirectory()) return 'it is a directory';
  if (stat.isFile() && stat.nlink > 1 && !rules.allowHardlink) return `it has ${stat.nlink} hard links`;
  return undefined;
}
