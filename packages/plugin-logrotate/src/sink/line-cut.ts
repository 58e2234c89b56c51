const NEWLINE = 10;

/** What decides where a log is cut in two. */
export interface CutInput {
  readonly chunk: Uint8Array;
  /** Bytes in the file so far. */
  readonly size: number;
  /** Most bytes for the file; Infinity when only time rotates it. */
  readonly limit: number;
  /** What is in the file ends with a newline, or it is empty. */
  readonly endsLine: boolean;
  /** A rotation is due, whatever the size. */
  readonly isWanted: boolean;
}

/**
 * How many bytes of the chunk still go to the file before it is rotated; undefined when all of them do and it is not. The
 * cut is always after a newline. A line longer than the limit stays in one piece up to twice the limit.
 */
export function cutOf({ chunk, size, limit, endsLine, isWanted }: CutInput): number | undefined {
  const room = isWanted ? 0 : limit - size;
  if (chunk.length <= room) return undefined;
  if (room > 0) {
    const last = chunk.lastIndexOf(NEWLINE, room - 1);
    if (last !== -1) return last + 1;
  }
  if (endsLine && size > 0) return 0;
  const next = chunk.indexOf(NEWLINE, Math.max(room, 0));
  if (next !== -1) return next + 1;
  return size + chunk.length >= 2 * limit ? chunk.length : undefined;
}
