import { dateFormatOf, formatDateSuffix, parseDateSuffix, stampTime } from '../decide/date-suffix.ts';
import { type LogNames, logNames } from '../decide/old-logs.ts';
import type { RotationRules } from '../language/rules.ts';

/** An old log, by its name within its folder. */
export interface Archive {
  readonly name: string;
  /** What it is called without the compressor's ending. */
  readonly plain: string;
  readonly isCompressed: boolean;
  /** Position among all: the smaller, the newer. */
  readonly rank: number;
  /** Of a numbered one. */
  readonly number: number | undefined;
}

/** What a rotation does to the old logs of one log: renames in this order, then these go, then the log gets this name. */
export interface RoomPlan {
  readonly renames: readonly { readonly from: string; readonly to: string }[];
  readonly expired: readonly string[];
  /** The name for the log; undefined when no old log is kept. */
  readonly target: string | undefined;
}

/** Of a folder's names the old logs of this log, newest first. Those of both schemes, so that a change of scheme loses none. */
export function archivesOf(
  log: string,
  { rules, listing }: { rules: RotationRules; listing: readonly string[] },
): Archive[] {
  const names = logNames(`./${log}`, rules);
  const found = listing.flatMap((name) => archiveNamed(name, { names, rules }) ?? []);
  return found.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
}

/** Makes room for one more old log. Pure: nothing is touched. */
export function planRoom(
  log: string,
  { rules, listing, nowMs }: { rules: RotationRules; listing: readonly string[]; nowMs: number },
): RoomPlan {
  const archives = archivesOf(log, { rules, listing });
  if (rules.rotate === 0) return { renames: [], expired: archives.map(({ name }) => name), target: undefined };
  const names = logNames(`./${log}`, rules);
  return rules.dateExt ? planDated({ archives, names, rules, nowMs }) : planNumbered({ archives, names, rules });
}

function planNumbered({
  archives,
  names,
  rules,
}: {
  archives: Archive[];
  names: LogNames;
  rules: RotationRules;
}): RoomPlan {
  const nameOf = (number: number): string => `${names.base}.${number}${names.ending}`;
  const numbered = archives.filter(({ number }) => number !== undefined && number >= rules.start);
  const isFull = (number: number): boolean => rules.rotate > 0 && number + 1 > rules.start + rules.rotate - 1;
  // Only what stands in the way moves: a gap takes the shift up.
  const taken = new Set(numbered.map(({ number }) => number));
  let end = rules.start;
  while (taken.has(end)) end++;
  const expired = numbered.filter(({ number = 0 }) => isFull(number));
  const moved = numbered.filter(({ number = 0 }) => !isFull(number) && number < end).toReversed();
  return {
    expired: expired.map(({ name }) => name),
    renames: moved.map(({ name, plain, number = 0 }) => ({
      from: name,
      to: nameOf(number + 1) + name.slice(plain.length),
    })),
    target: nameOf(rules.start),
  };
}

function planDated({
  archives,
  names,
  rules,
  nowMs,
}: {
  archives: Archive[];
  names: LogNames;
  rules: RotationRules;
  nowMs: number;
}): RoomPlan {
  const stem = names.base + formatDateSuffix(dateFormatOf(rules), stampTime(rules, nowMs));
  // Several rotations in one period: `.2`, `.3` and so on, as logrotate refuses to make any.
  const taken = new Set(archives.map(({ plain }) => plain));
  let target = stem + names.ending;
  for (let copy = 2; taken.has(target); copy++) target = `${stem}.${copy}${names.ending}`;
  const kept = new Set(archives.map(({ plain }) => plain));
  const surplus = rules.rotate < 0 ? [] : [...kept].slice(rules.rotate - 1);
  const expired = archives.filter(({ plain }) => surplus.includes(plain));
  return { renames: [], expired: expired.map(({ name }) => name), target };
}

function archiveNamed(name: string, { names, rules }: { names: LogNames; rules: RotationRules }): Archive | undefined {
  if (!name.startsWith(names.base)) return undefined;
  const endings = [rules.compressExt, '.gz'].filter((ending) => ending !== '');
  const compressed = endings.find((ending) => name.endsWith(names.ending + ending)) ?? '';
  const plain = name.slice(0, name.length - compressed.length);
  if (!plain.endsWith(names.ending)) return undefined;
  const middle = plain.slice(names.base.length, plain.length - names.ending.length);
  const isCompressed = compressed !== '';
  if (/^\.\d{1,9}$/.test(middle)) {
    const number = Number(middle.slice(1));
    return { name, plain, isCompressed, number, rank: number };
  }
  const [, date = middle, copy = '1'] = /^(.+)\.(\d{1,9})$/.exec(middle) ?? [];
  const dateMs = parseDateSuffix(dateFormatOf(rules), middle) ?? parseDateSuffix(dateFormatOf(rules), date);
  if (dateMs === undefined) return undefined;
  const order = parseDateSuffix(dateFormatOf(rules), middle) === undefined ? Number(copy) : 1;
  // Numbered ones rank before all dated ones: beyond this no number of theirs comes.
  return { name, plain, isCompressed, number: undefined, rank: 1e15 - dateMs - order / 1e6 };
}
