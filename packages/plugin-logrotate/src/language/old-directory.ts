import { chmodSync, chownSync, mkdirSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { toPath } from '../names/byte-text.ts';
import { codeOf, reasonOf } from '../names/system-error.ts';
import type { Reporter } from './report.ts';
import type { Ownership, RotationRules } from './rules.ts';

/** Looks whether the old logs of a block have a place to go; returns what is wrong. */
export type OldDirectoryCheck = (block: {
  readonly files: readonly string[];
  readonly rules: RotationRules;
}) => string | undefined;

/** Where the old copies of a log go: its own directory, or `olddir`, which may be relative to that. */
export function archiveDirectory(logDirectory: string, oldDir: string | undefined): string {
  if (oldDir === undefined) return logDirectory;
  if (oldDir.startsWith('/')) return oldDir;
  if (oldDir.startsWith('~/')) return homedir() + oldDir.slice(1);
  return `${logDirectory}/${oldDir}`;
}

/** The directory part of a path, `.` when it has none. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash);
}

/** The real {@link OldDirectoryCheck}: every log's archive exists (or is made) on a device that a rename can reach. */
export function checkOldDirectory({
  files,
  rules,
  isDryRun,
  report,
}: {
  readonly files: readonly string[];
  readonly rules: RotationRules;
  readonly isDryRun: boolean;
  readonly report: Reporter;
}): string | undefined {
  if (rules.oldDir === undefined) return undefined;
  const checked = new Set<string>();
  for (const file of files) {
    const logDirectory = directoryOf(file);
    if (checked.has(logDirectory)) continue;
    checked.add(logDirectory);
    const problem = checkOne({ file, logDirectory, rules, isDryRun, report });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkOne({
  file,
  logDirectory,
  rules,
  isDryRun,
  report,
}: {
  file: string;
  logDirectory: string;
  rules: RotationRules;
  isDryRun: boolean;
  report: Reporter;
}): string | undefined {
  let logStat: Stats;
  try {
    logStat = statSync(toPath(logDirectory));
  } catch (error) {
    if (!rules.missingOk) return `error verifying log file path ${logDirectory}: ${reasonOf(error)}`;
    const message = `verifying log file path failed ${logDirectory}: ${reasonOf(error)}, log is probably missing, but missingok is set, so this is not an error.`;
    report({ level: 'debug', message });
    return undefined;
  }
  const archive = archiveDirectory(logDirectory, rules.oldDir);
  let archiveStat: Stats;
  try {
    archiveStat = statSync(toPath(archive));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || rules.createOldDir === undefined) {
      return `error verifying olddir path ${archive}: ${reasonOf(error)}`;
    }
    return isDryRun ? undefined : makeDirectory(archive, { ownership: rules.createOldDir, report });
  }
  if (!archiveStat.isDirectory()) return `path ${archive} already exists, but it is not a directory`;
  const canCopy = rules.copy || rules.copyTruncate || rules.renameCopy;
  if (archiveStat.dev === logStat.dev || canCopy) return undefined;
  return `olddir ${archive} and log file ${file} are on different devices`;
}

function makeDirectory(
  path: string,
  { ownership, report }: { ownership: Ownership; report: Reporter },
): string | undefined {
  const { mode = 0o755, uid, gid } = ownership;
  const shown = `mode = 0${mode.toString(8)} uid = ${uid ?? process.geteuid?.()} gid = ${gid ?? process.getegid?.()}`;
  report({ level: 'debug', message: `creating new directory ${path} ${shown}` });
  try {
    mkdirSync(toPath(path), { recursive: true, mode });
    chmodSync(toPath(path), mode);
    if (uid !== undefined || gid !== undefined) chownSync(toPath(path), uid ?? -1, gid ?? -1);
    return undefined;
  } catch (error) {
    return `error creating ${path}: ${reasonOf(error)}`;
  }
}
