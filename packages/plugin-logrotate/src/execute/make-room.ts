import { dateFormatOf, formatDateSuffix, stampTime } from '../decide/date-suffix.ts';
import { isOverAge } from '../decide/due.ts';
import { copyPath, type DatedLog, datedIn, expiredDated, numbersIn } from '../decide/old-logs.ts';
import { FileProblem } from './log-files.ts';
import type { OldCopies } from './old-copies.ts';

/** Where the log goes now, and the old copy that goes when all is done. */
export interface Room {
  /** Without the compressor's ending. */
  readonly target: string;
  readonly expired: string | undefined;
}

/** Makes room for a log: old copies move up, are compressed when that was put off, and go away when they are too old. */
export function makeRoom(copies: OldCopies): Promise<Room> {
  return copies.rules.dateExt ? makeDatedRoom(copies) : makeNumberedRoom(copies);
}

async function makeNumberedRoom(copies: OldCopies): Promise<Room> {
  const { names, rules, files } = copies;
  const { start, rotate, compress, delayCompress } = rules;
  const target = copyPath(names, `.${start}`);
  if (compress) await copies.finishInterrupted(target);
  if (compress && delayCompress) await compressPrevious(copies, target);
  const count = rotate < 0 ? (await highestNumber(copies)) - start + 1 : Math.max(rotate, 1);
  await moveUp(copies, count);
  if (rotate < 0) return { target, expired: undefined };
  const expired = numbered(copies, start + count);
  if ((await files.facts(expired)) !== undefined) return { target, expired };
  copies.debug(`log ${expired} doesn't exist -- won't try to dispose of it`);
  return { target, expired: undefined };
}

async function moveUp(copies: OldCopies, count: number): Promise<void> {
  const { start, maxAgeDays } = copies.rules;
  const { nowMs } = copies.context;
  for (let number = start + count - 1; number >= start; number--) {
    const from = numbered(copies, number);
    const old = await copies.files.facts(from);
    if (old === undefined) {
      copies.debug(`old log ${from} does not exist`);
    } else if (isOverAge({ modifiedMs: old.modifiedMs, nowMs, maxAgeDays })) {
      await copies.expire(from);
    } else {
      const to = numbered(copies, number + 1);
      copies.debug(`renaming ${from} to ${to} (rotatecount ${count}, logstart ${start}, i ${number}), `);
      await copies.files.rename(from, to);
    }
  }
}

function numbered({ names }: OldCopies, number: number): string {
  return copyPath(names, `.${number}`) + names.compressed;
}

async function highestNumber({ names, rules, files }: OldCopies): Promise<number> {
  return Math.max(rules.start - 1, ...numbersIn(names, await files.list(names.directory)));
}

async function makeDatedRoom(copies: OldCopies): Promise<Room> {
  const { names, rules, context } = copies;
  const suffix = formatDateSuffix(dateFormatOf(rules), stampTime(rules, context.nowMs));
  copies.debug(`dateext suffix '${suffix}'`);
  const target = copyPath(names, suffix);
  await refuseTaken(copies, target);
  if (rules.compress) await compressPlain(copies);
  const expired = await findExpired(copies);
  for (const { path } of expired.slice(0, -1)) {
    copies.debug(`removing ${path}`);
    await copies.expire(path);
  }
  return { target, expired: expired.at(-1)?.path };
}

/** A second rotation on one day would overwrite the first. */
async function refuseTaken({ names, files }: OldCopies, target: string): Promise<void> {
  for (const path of new Set([target, target + names.compressed])) {
    if ((await files.facts(path)) === undefined) continue;
    throw new FileProblem(`destination ${path} already exists, skipping rotation`);
  }
}

async function compressPlain(copies: OldCopies): Promise<void> {
  for (const { path } of await dated(copies, copies.names.ending)) {
    await copies.finishInterrupted(path);
    if (copies.rules.delayCompress) await compressPrevious(copies, path);
  }
}

async function compressPrevious(copies: OldCopies, path: string): Promise<void> {
  if ((await copies.files.facts(path))?.kind === 'file') await copies.compress(path);
  else copies.debug(`previous log ${path} does not exist`);
}

async function findExpired(copies: OldCopies): Promise<readonly DatedLog[]> {
  const { names, rules, files, context } = copies;
  const { rotate, maxAgeDays } = rules;
  const { nowMs } = context;
  const all = await dated(copies, names.ending + names.compressed);
  const ages = new Map<string, number>();
  if (maxAgeDays > 0) {
    for (const { path } of all) ages.set(path, (await files.facts(path))?.modifiedMs ?? nowMs);
  }
  return expiredDated(all, {
    rotate,
    isOverAge: (path) => isOverAge({ modifiedMs: ages.get(path) ?? nowMs, nowMs, maxAgeDays }),
  });
}

async function dated({ names, rules, files }: OldCopies, tail: string): Promise<readonly DatedLog[]> {
  return datedIn({ names, rules, listing: await files.list(names.directory), tail });
}
