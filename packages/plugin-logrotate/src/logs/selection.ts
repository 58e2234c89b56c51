import { eachLine } from './each-line.ts';
import { lineFinder } from './find-lines.ts';
import { timeOfLine } from './line-time.ts';

const NEWLINE = 10;

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
  readonly #find: ((block: Buffer) => readonly Buffer[]) | undefined;
  #hasBegun: boolean;
  #hasTimes = false;
  /** A line beyond the end was met: nothing more will be wanted. */
  hasEnded = false;

  constructor(filter: LineFilter) {
    this.#filter = filter;
    this.#hasBegun = filter.sinceMs === undefined;
    this.#find = filter.grep === undefined ? undefined : lineFinder(filter.grep);
  }

  /** The wanted lines of a block of whole lines. */
  of(block: Buffer): readonly Buffer[] {
    const timely = this.#until(this.#since(block));
    if (timely.length === 0) return [];
    return this.#find === undefined ? [timely] : this.#find(timely);
  }

  #since(block: Buffer): Buffer {
    const { sinceMs = -Infinity } = this.#filter;
    if (this.#hasBegun) return block;
    const last = lastTime(block);
    // A log without any times: the file is young enough, so all of it is.
    if (last === undefined && !this.#hasTimes) return block;
    this.#hasTimes = true;
    if (last === undefined || last < sinceMs) return block.subarray(0, 0);
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
