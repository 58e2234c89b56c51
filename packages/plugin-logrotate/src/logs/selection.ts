import { isAscii } from 'node:buffer';
import { timeOfLine } from './line-time.ts';

const NEWLINE = 10;
/** A pattern of these characters means itself. */
const LITERAL = /^[\w\s"',:;<>=!@#%&~`/-]+$/;

/** Which lines are wanted. */
export interface LineFilter {
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** A regular expression. */
  readonly grep?: RegExp | undefined;
}

/**
 * Takes the wanted lines out of the blocks of one log, given in order. A line without a time belongs to the one before it, as
 * stack traces do.
 */
export class Selection {
  readonly #filter: LineFilter;
  readonly #literal: Buffer | undefined;
  #hasBegun: boolean;
  /** A line beyond the end was met: nothing more will be wanted. */
  hasEnded = false;

  constructor(filter: LineFilter) {
    this.#filter = filter;
    this.#hasBegun = filter.sinceMs === undefined;
    const { grep } = filter;
    this.#literal =
      grep !== undefined && grep.flags === '' && LITERAL.test(grep.source) ? Buffer.from(grep.source) : undefined;
  }

  /** The wanted lines of a block of whole lines. */
  of(block: Buffer): readonly Buffer[] {
    const timely = this.#until(this.#since(block));
    if (timely.length === 0) return [];
    if (this.#filter.grep === undefined) return [timely];
    return this.#literal === undefined ? matching(timely, this.#filter.grep) : containing(timely, this.#literal);
  }

  #since(block: Buffer): Buffer {
    const { sinceMs = -Infinity } = this.#filter;
    if (this.#hasBegun) return block;
    const last = lastTime(block);
    // A log without times: the file is young enough, so all of it is.
    if (last === undefined) return block;
    if (last < sinceMs) return block.subarray(0, 0);
    this.#hasBegun = true;
    return block.subarray(firstLine(block, (time) => time >= sinceMs));
  }

  #until(block: Buffer): Buffer {
    const { untilMs } = this.#filter;
    if (untilMs === undefined || block.length === 0) return block;
    if (this.hasEnded) return block.subarray(0, 0);
    if ((lastTime(block) ?? -Infinity) <= untilMs) return block;
    this.hasEnded = true;
    return block.subarray(
      0,
      firstLine(block, (time) => time > untilMs),
    );
  }
}

/** Calls back with the bounds of each line, newline excluded. */
export function eachLine(block: Buffer, visit: (line: { start: number; end: number }) => boolean | void): void {
  for (let start = 0; start < block.length;) {
    const found = block.indexOf(NEWLINE, start);
    const end = found === -1 ? block.length : found;
    if (visit({ start, end }) === false) return;
    start = end + 1;
  }
}

function firstLine(block: Buffer, isMeant: (time: number) => boolean): number {
  let position = block.length;
  eachLine(block, (line) => {
    const time = timeOfLine(block, line);
    if (time === undefined || !isMeant(time)) return true;
    position = line.start;
    return false;
  });
  return position;
}

function lastTime(block: Buffer): number | undefined {
  for (let end = block.length - 1; end > 0;) {
    const start = block.lastIndexOf(NEWLINE, end - 1) + 1;
    const time = timeOfLine(block, { start, end });
    if (time !== undefined) return time;
    end = start - 1;
  }
  return undefined;
}

function containing(block: Buffer, text: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = block.indexOf(text); at !== -1;) {
    const start = block.lastIndexOf(NEWLINE, at) + 1;
    const end = block.indexOf(NEWLINE, at) + 1;
    found.push(block.subarray(start, end === 0 ? block.length : end));
    if (end === 0) break;
    at = block.indexOf(text, end);
  }
  return found;
}

function matching(block: Buffer, pattern: RegExp): Buffer[] {
  const found: Buffer[] = [];
  const isPlain = isAscii(block);
  eachLine(block, ({ start, end }) => {
    const text = isPlain ? block.toString('latin1', start, end) : block.toString('utf8', start, end);
    if (pattern.test(text)) found.push(block.subarray(start, end + 1));
  });
  return found;
}
