import type { CivilTime } from '../decide/civil-time.ts';
import { splitWords } from '../names/quoting.ts';

/** Last rotations by log name. */
export type StateEntries = ReadonlyMap<string, CivilTime>;

/** What a state file says. Reading ends at the first line that is wrong; what stood before it counts. */
export interface StateText {
  readonly entries: Map<string, CivilTime>;
  readonly problem?: string;
}

const HEADER = /^logrotate state -- version [12]$/;
/** `2026-1-31` in version 1 and old files, `2026-1-31-9:5:0` otherwise. */
const STAMP = /^(\d{1,9})-(\d{1,9})-(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9})(?::(\d{1,9}))?)?)?$/;
/** What the fields of a date may be. */
const FIELDS: readonly (readonly [keyof CivilTime, number, number])[] = [
  ['year', 1900, 2100],
  ['month', 1, 12],
  ['day', 1, 31],
  ['hour', 0, 23],
  ['minute', 0, 59],
  ['second', 0, 59],
];
/** What almost every line looks like. */
const PLAIN_LINE = /^"([^"\\]*)" ([\d:-]+)$/;
/** Longer lines are no state. */
const LONGEST_LINE = 16_384;

/** Reads versions 1 and 2. `file` is the name in the messages. Never throws. */
export function parseState(text: string, file: string): StateText {
  const [header = '', ...lines] = text.split('\n');
  const entries = new Map<string, CivilTime>();
  if (text === '') return { entries };
  if (!HEADER.test(header)) return { entries, problem: `bad top line in state file ${file}` };
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const parsed = parseLine(line, { number: index + 2, file });
    if ('problem' in parsed) return { entries, problem: parsed.problem };
    entries.set(parsed.name, parsed.time);
  }
  return { entries };
}

/** Writes version 2. */
export function renderState(entries: StateEntries): string {
  const lines = [...entries].map(([name, time]) => `${quote(name)} ${stamp(time)}\n`);
  return `logrotate state -- version 2\n${lines.join('')}`;
}

function parseLine(
  line: string,
  { number, file }: { number: number; file: string },
): { name: string; time: CivilTime } | { problem: string } {
  if (line.length > LONGEST_LINE) return { problem: `line ${number} too long in state file ${file}` };
  const words = PLAIN_LINE.exec(line)?.slice(1) ?? splitWords(line, { escapable: '\\' });
  const [name, date] = words ?? [];
  if (words?.length !== 2 || name === undefined) return { problem: `bad line ${number} in state file ${file}` };
  const match = STAMP.exec(date ?? '');
  if (match === null) return { problem: `bad line ${number} in state file ${file}` };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((field) => Number(field ?? 0));
  const time = { year, month, day, hour, minute, second };
  const bad = FIELDS.find(([field, low, high]) => time[field] < low || time[field] > high)?.[0];
  return bad === undefined
    ? { name, time }
    : { problem: `bad ${bad} ${time[bad]} for file ${name} in state file ${file}` };
}

function quote(name: string): string {
  return `"${name.replace(/["\\]/g, String.raw`\$&`)}"`;
}

function stamp({ year, month, day, hour, minute, second }: CivilTime): string {
  return `${year}-${month}-${day}-${hour}:${minute}:${second}`;
}
