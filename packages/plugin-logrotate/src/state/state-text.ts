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
  const words = splitWords(line);
  const [name, date] = words ?? [];
  if (words?.length !== 2 || name === undefined) return { problem: `bad line ${number} in state file ${file}` };
  const match = STAMP.exec(date ?? '');
  if (match === null) return { problem: `bad line ${number} in state file ${file}` };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((field) => Number(field ?? 0));
  const bad = firstOutOfRange([
    ['year', year, 1900, 2100],
    ['month', month, 1, 12],
    ['day', day, 1, 31],
    ['hour', hour, 0, 23],
    ['minute', minute, 0, 59],
    ['second', second, 0, 59],
  ]);
  if (bad !== undefined) return { problem: `bad ${bad} for file ${name} in state file ${file}` };
  return { name, time: { year, month, day, hour, minute, second } };
}

function firstOutOfRange(fields: readonly (readonly [string, number, number, number])[]): string | undefined {
  const bad = fields.find(([, value, low, high]) => value < low || value > high);
  return bad === undefined ? undefined : `${bad[0]} ${bad[1]}`;
}

function quote(name: string): string {
  return `"${name.replace(/["\\]/g, String.raw`\$&`)}"`;
}

function stamp({ year, month, day, hour, minute, second }: CivilTime): string {
  return `${year}-${month}-${day}-${hour}:${minute}:${second}`;
}
