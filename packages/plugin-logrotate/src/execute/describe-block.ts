import type { Criterion, LogBlock, RotationRules } from '../language/rules.ts';

/** One line on a block for `-v`: its names, when it is due, what happens to old logs. */
export function describeBlock({ pattern, rules }: LogBlock, { isForced }: { readonly isForced: boolean }): string {
  const when = isForced ? 'forced from command line' : describeCriterion(rules.criterion);
  return `rotating pattern: ${pattern} ${when} ${describeLimits(rules)}`;
}

function describeCriterion(criterion: Criterion): string {
  if (criterion.kind === 'size') return `${criterion.bytes} bytes`;
  if (criterion.kind === 'daily') return 'after 1 days';
  return criterion.kind === 'minutes' ? `after ${criterion.minutes} minutes` : criterion.kind;
}

function describeLimits(rules: RotationRules): string {
  const parts = [
    rules.oldDir === undefined ? '' : `olddir is ${rules.oldDir}`,
    rules.ifEmpty ? 'empty log files are rotated' : 'empty log files are not rotated',
    rules.minSize > 0 ? `only log files >= ${rules.minSize} bytes are rotated` : '',
    rules.maxSize > 0 ? `log files >= ${rules.maxSize} are rotated earlier` : '',
    rules.minAgeDays > 0 ? `only log files older than ${rules.minAgeDays} days are rotated` : '',
    rules.mail === undefined ? '' : `old logs mailed to ${rules.mail}`,
    describeCount(rules),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function describeCount({ rotate, maxAgeDays }: RotationRules): string {
  if (rotate === 0) return 'no old logs will be kept';
  const count = rotate < 0 ? '(unlimited rotations)' : `(${rotate} rotations)`;
  if (maxAgeDays > 0) return `${count}, old logs are removed after ${maxAgeDays} days`;
  return rotate < 0 ? count : `${count}, old logs are removed`;
}
