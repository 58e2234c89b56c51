import { timeOfLine } from './line-time.ts';
import { eachLine } from './each-line.ts';

/** A line of one of several logs. */
export interface MergedLine {
  readonly source: number;
  readonly line: Buffer;
}

interface Head {
  readonly source: number;
  /** Of the first line that waits; a line without one has that of the line before it. */
  timeMs: number;
  line: Buffer;
  next(): Promise<boolean>;
}

/** Brings several logs into one order, by the times that their lines carry. Holds one block of each. */
export async function* mergeByTime(sources: readonly AsyncIterable<Buffer>[]): AsyncGenerator<MergedLine, void> {
  const heads = sources.map((blocks, source) => headOf(blocks, source));
  const waiting: Head[] = [];
  for (const head of heads) if (await head.next()) waiting.push(head);
  while (waiting.length > 0) {
    const first = waiting.reduce((best, head) => (head.timeMs < best.timeMs ? head : best));
    yield { source: first.source, line: first.line };
    if (!(await first.next())) waiting.splice(waiting.indexOf(first), 1);
  }
}

function headOf(blocks: AsyncIterable<Buffer>, source: number): Head {
  const iterator = blocks[Symbol.asyncIterator]();
  let lines: { line: Buffer; timeMs: number | undefined }[] = [];
  let position = 0;
  return {
    source,
    timeMs: -Infinity,
    line: Buffer.alloc(0),
    async next() {
      while (position >= lines.length) {
        const { done, value } = await iterator.next();
        if (done === true) return false;
        lines = [];
        position = 0;
        eachLine(value, ({ start, end }) => {
          lines.push({ line: value.subarray(start, end + 1), timeMs: timeOfLine(value, { start, end }) });
        });
      }
      const { line, timeMs } = lines[position++] ?? { line: Buffer.alloc(0), timeMs: undefined };
      this.line = line;
      this.timeMs = timeMs ?? this.timeMs;
      return true;
    },
  };
}
