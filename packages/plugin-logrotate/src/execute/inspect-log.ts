import { type CivilTime, formatMinute } from '../decide/civil-time.ts';
import { decideDue } from '../decide/due.ts';
import { directoryOf } from '../language/old-directory.ts';
import type { LogBlock } from '../language/rules.ts';
import { reasonOf } from '../names/system-error.ts';
import type { RotationContext } from './context.ts';
import type { FileFacts, LogFiles } from './log-files.ts';

/** What a look at one log of a block gave. */
export type Inspection =
  | { readonly verdict: 'due'; readonly facts: FileFacts }
  | { readonly verdict: 'not due' }
  /** Left alone without it being a failure: a link, a missing log that may be missing. */
  | { readonly verdict: 'skipped' }
  | { readonly verdict: 'failed' };

/** Looks at a log: may it be touched, and is it due? */
export async function inspectLog({
  log,
  block,
  files,
  context,
  directories = new Map(),
}: {
  readonly log: string;
  readonly block: LogBlock;
  readonly files: LogFiles;
  readonly context: RotationContext;
  /** What was found about directories of the same block. */
  readonly directories?: Map<string, string | undefined>;
}): Promise<Inspection> {
  const { report } = context;
  if (context.isVerbose) report({ level: 'debug', message: `considering log ${log}` });
  // Also a log that is missing or refused has an entry in the state from now on.
  const lastRotated = context.state.lastRotated(log);
  const directory = directoryOf(log);
  if (!directories.has(directory)) directories.set(directory, await directoryProblem({ directory, block, files }));
  const problem = directories.get(directory);
  if (problem !== undefined) {
    report({ level: 'error', message: `skipping "${log}" because ${problem}` });
    return { verdict: 'failed' };
  }
  const facts = await files.facts(log);
  if (facts === undefined) return missing({ log, block, context });
  const refusal = refusalOf(facts, { log, block });
  if (refusal !== undefined) {
    report({ level: 'debug', message: refusal });
    return { verdict: 'skipped' };
  }
  return decide({ log, block, facts, lastRotated, context });
}

function decide({
  log,
  block,
  facts,
  lastRotated,
  context,
}: {
  log: string;
  block: LogBlock;
  facts: FileFacts;
  lastRotated: CivilTime;
  context: RotationContext;
}): Inspection {
  const { report, now, nowMs, isForced } = context;
  if (context.isVerbose) {
    report({ level: 'debug', message: `  Now: ${formatMinute(now)}` });
    report({ level: 'debug', message: `  Last rotated at ${formatMinute(lastRotated)}` });
  }
  const { isDue, reasons } = decideDue({
    rules: block.rules,
    now,
    nowMs,
    lastRotated,
    size: facts.size,
    modifiedMs: facts.modifiedMs,
    isForced,
  });
  for (const message of reasons) {
    const isOdd = message.endsWith('rotation forced');
    report(
      isOdd
        ? { level: 'error', message: `log ${log} ${message.slice(4)}` }
        : { level: 'debug', message: `  ${message}` },
    );
  }
  if (isDue) report({ level: 'debug', message: '  log needs rotating' });
  return isDue ? { verdict: 'due', facts } : { verdict: 'not due' };
}

/**
 * Whoever can write to a directory can swap what is in it. Root goes there only as the user that `su` names. The look is
 * at the directory that stays open for all that follows.
 */
async function directoryProblem({
  directory,
  block,
  files,
}: {
  directory: string;
  block: LogBlock;
  files: LogFiles;
}): Promise<string | undefined> {
  if (block.rules.su !== undefined || process.geteuid?.() !== 0) return undefined;
  const facts = await files.facts(`${directory === '/' ? '' : directory}/.`);
  if (facts === undefined) return undefined;
  const isOpen = (facts.mode & 0o002) !== 0 || ((facts.mode & 0o020) !== 0 && facts.gid !== 0);
  if (!isOpen) return undefined;
  return (
    "parent directory has insecure permissions (It's world writable or writable by group which is not " +
    '"root") Set "su" directive in config file to tell logrotate which user/group should be used for rotation.'
  );
}

function missing({ log, block, context }: { log: string; block: LogBlock; context: RotationContext }): Inspection {
  if (block.rules.missingOk) {
    context.report({ level: 'debug', message: `  log ${log} does not exist -- skipping` });
    return { verdict: 'skipped' };
  }
  context.report({ level: 'error', message: `stat of ${log} failed: ${reasonOf({ code: 'ENOENT' })}` });
  return { verdict: 'failed' };
}

function refusalOf(facts: FileFacts, { log, block }: { log: string; block: LogBlock }): string | undefined {
  if (facts.kind === 'link') {
    return `  log ${log} is symbolic link. Rotation of symbolic links is not allowed to avoid security issues -- skipping.`;
  }
  if (facts.kind === 'directory') return `  log ${log} is a directory -- skipping.`;
  if (facts.kind === 'file' && facts.links > 1 && !block.rules.allowHardlink) {
    return `  log ${log} has multiple (${facts.links}) hard links. Rotation of files with multiple hard links is not allowed for ${block.pattern} -- skipping.`;
  }
  return undefined;
}
