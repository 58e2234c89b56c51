import { formatMinute, toCivil } from '../decide/civil-time.ts';
import { dateFormatOf, formatDateSuffix, stampTime } from '../decide/date-suffix.ts';
import { copyPath, logNames } from '../decide/old-logs.ts';
import type { Criterion, RotationRules } from '../language/rules.ts';

/** What {@link describeFate} puts into words. */
export interface Fate {
  readonly rules: RotationRules;
  readonly log: string;
  readonly isDue: boolean;
  readonly obstacle: string | undefined;
  /** Undefined when the log does not exist. */
  readonly size: number | undefined;
  readonly nextMs: number | undefined;
  readonly nowMs: number;
}

/** Sentences about one log, the most urgent first. */
export function describeFate(fate: Fate): string[] {
  if (fate.obstacle !== undefined) return [`It is left alone: ${fate.obstacle}.`];
  return [...describeWhen(fate), describeMove(fate), describeOld(fate.rules), ...describeExtras(fate.rules)];
}

function describeWhen({ rules, isDue, size = 0, nextMs, nowMs }: Fate): string[] {
  const rule = `The rule is: ${describeCriterion(rules.criterion)}${describeBounds(rules)}.`;
  if (isDue) return ['It is rotated by the next run.', rule];
  if (!rules.ifEmpty && size === 0) return ['It is not rotated now: it is empty.', rule];
  if (nextMs === undefined) return [`It is not rotated now: it has ${size} bytes.`, rule];
  if (nextMs <= nowMs) return ['It is not rotated now: its size or age holds it back.', rule];
  return [`It is rotated by the first run after ${formatMinute(toCivil(nextMs))}.`, rule];
}

function describeCriterion(criterion: Criterion): string {
  if (criterion.kind === 'size') return `when it has ${criterion.bytes} bytes`;
  if (criterion.kind === 'minutes') return `after ${criterion.minutes} minutes`;
  if (criterion.kind === 'weekly') {
    return criterion.weekday === 7 ? 'every seven days' : `every week, on ${WEEKDAYS[criterion.weekday] ?? 'Sunday'}`;
  }
  if (criterion.kind === 'monthly' && criterion.day !== undefined) return `every month, on day ${criterion.day}`;
  return { hourly: 'every hour', daily: 'every day', monthly: 'every month', yearly: 'every year' }[criterion.kind];
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

function describeBounds({ minSize, maxSize, minAgeDays, ifEmpty, criterion }: RotationRules): string {
  const isPeriod = criterion.kind !== 'size';
  const bounds = [
    isPeriod && minSize > 0 ? `not below ${minSize} bytes` : '',
    maxSize > 0 ? `at once above ${maxSize} bytes` : '',
    isPeriod && minAgeDays > 0 ? `not before it is ${minAgeDays} days old` : '',
    ifEmpty ? '' : 'never while it is empty',
  ];
  return bounds
    .filter((bound) => bound !== '')
    .map((bound) => `, ${bound}`)
    .join('');
}

function describeMove({ rules, log, nowMs }: Fate): string {
  const names = logNames(log, rules);
  const suffix = rules.dateExt ? formatDateSuffix(dateFormatOf(rules), stampTime(rules, nowMs)) : `.${rules.start}`;
  const target = copyPath(names, suffix);
  if (rules.copyTruncate) return `It is copied to ${target} and emptied in place.`;
  if (rules.copy) return `It is copied to ${target} and stays as it is.`;
  const create = rules.create === undefined ? 'no new log is made' : 'a new empty log is made';
  return `It is renamed to ${target}; ${create}.`;
}

function describeOld(rules: RotationRules): string {
  const compress = rules.compress
    ? ` They are compressed (${rules.compressExt})${rules.delayCompress ? ' one rotation later' : ' at once'}.`
    : '';
  const age = rules.maxAgeDays > 0 ? ` Those older than ${rules.maxAgeDays} days are removed.` : '';
  if (rules.rotate === 0) return 'No old copy is kept.';
  if (rules.rotate < 0) return `All old copies are kept.${age}${compress}`;
  return `${rules.rotate} old ${rules.rotate === 1 ? 'copy is' : 'copies are'} kept.${age}${compress}`;
}

function describeExtras({ mail, mailFirst, shred, su, scripts, sharedScripts }: RotationRules): string[] {
  const names = Object.keys(scripts);
  const how = sharedScripts ? ' once for all logs of the block' : '';
  return [
    mail === undefined ? '' : `The ${mailFirst ? 'newest' : 'expiring'} copy is mailed to ${mail}.`,
    shred ? 'Old copies are overwritten before they are removed.' : '',
    su === undefined ? '' : `All of it is done as ${su.user} (uid ${su.uid}, gid ${su.gid}).`,
    names.length === 0 ? '' : `Scripts run${how}: ${names.join(', ')}.`,
  ].filter((sentence) => sentence !== '');
}
