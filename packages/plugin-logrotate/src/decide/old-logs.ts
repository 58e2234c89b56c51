import { archiveDirectory, directoryOf } from '../language/old-directory.ts';
import type { RotationRules } from '../language/rules.ts';
import { dateFormatOf, parseDateSuffix } from './date-suffix.ts';

/** How the copies of one log are named. */
export interface LogNames {
  readonly log: string;
  /** Where the copies are. */
  readonly directory: string;
  /** The log's name without the ending that `extension` or `addextension` moves to the end. */
  readonly base: string;
  /** What follows the number or date, before the compressor's ending. */
  readonly ending: string;
  /** The compressor's ending, empty without `compress`. */
  readonly compressed: string;
}

/** The naming scheme of a log's copies. */
export function logNames(log: string, rules: RotationRules): LogNames {
  const directory = archiveDirectory(directoryOf(log), rules.oldDir);
  let base = log.slice(log.lastIndexOf('/') + 1);
  let ending = '';
  if (rules.extension !== undefined && rules.extension !== '' && base.endsWith(rules.extension)) {
    ending = rules.extension;
    base = base.slice(0, -ending.length);
  }
  if (rules.addExtension !== undefined) {
    if (rules.addExtension !== '' && base.endsWith(rules.addExtension))
      base = base.slice(0, -rules.addExtension.length);
    ending = rules.addExtension;
  }
  return { log, directory, base, ending, compressed: rules.compress ? rules.compressExt : '' };
}

/** The path of a copy: `suffix` is `.3` or `-20260131`. Without the compressor's ending. */
export function copyPath({ directory, base, ending }: LogNames, suffix: string): string {
  return `${directory}/${base}${suffix}${ending}`;
}

/** Of a directory's names the numbers of this log's copies, with the compressor's ending when there is one. */
export function numbersIn(names: LogNames, listing: readonly string[]): number[] {
  const tail = names.ending + names.compressed;
  return listing.flatMap((name) => {
    const middle = between({ name, head: `${names.base}.`, tail });
    return middle !== undefined && /^\d{1,9}$/.test(middle) ? [Number(middle)] : [];
  });
}

/** A copy found by its date. */
export interface DatedLog {
  readonly path: string;
  readonly dateMs: number;
}

/** Of a directory's names the copies whose date fits the format exactly, oldest first. */
export function datedIn({
  names,
  rules,
  listing,
  tail,
}: {
  readonly names: LogNames;
  readonly rules: RotationRules;
  readonly listing: readonly string[];
  /** What follows the date: with or without the compressor's ending. */
  readonly tail: string;
}): DatedLog[] {
  const format = dateFormatOf(rules);
  const found = listing.flatMap((name) => {
    const middle = between({ name, head: names.base, tail });
    const dateMs = middle === undefined ? undefined : parseDateSuffix(format, middle);
    return dateMs === undefined ? [] : [{ path: `${names.directory}/${name}`, dateMs }];
  });
  return found.sort((a, b) => a.dateMs - b.dateMs || (a.path < b.path ? -1 : 1));
}

/**
 * Of dated copies, oldest first, those that go: more than `rotate` allows, counting the one to come, or over `maxage`.
 * `rotate 0` keeps as many as `rotate 1`; `rotate -1` keeps all.
 */
export function expiredDated(
  dated: readonly DatedLog[],
  { rotate, isOverAge }: { readonly rotate: number; readonly isOverAge: (path: string) => boolean },
): readonly DatedLog[] {
  const surplus = rotate < 0 ? 0 : dated.length - Math.max(rotate, 1) + 1;
  return dated.filter(({ path }, index) => index < surplus || isOverAge(path));
}

function between({ name, head, tail }: { name: string; head: string; tail: string }): string | undefined {
  const isFit = name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
  return isFit ? name.slice(head.length, name.length - tail.length) : undefined;
}
