import { isUtf8 } from 'node:buffer';
import { eachLine } from './each-line.ts';
import { followLog } from './follow-log.ts';
import { mergeByTime } from './merge.ts';
import { timeOfLine } from './line-time.ts';
import { closeFiles, openLogFiles, type OpenLogFiles } from './open-files.ts';
import { lastLines, mayHold, readFiles } from './read-log.ts';
import { type LineFilter, Selection } from './selection.ts';
import type { StoredFile, StoredLog, StoredLogs } from './stored-log.ts';

/** What `tappet log-files` was asked for. */
export interface LogQuery {
  readonly filter: LineFilter;
  /** The last lines only. */
  readonly count: number | undefined;
  readonly isFollowed: boolean;
  readonly isJson: boolean;
  readonly hasColors: boolean;
}

/** With -f alone, as with tail. */
const LINES_BEFORE_NEW = 10;
const COLORS = [36, 33, 35, 32, 34, 96, 93, 95];

/** Prints the wanted lines of some logs: bytes as they are of one, with names and in the order of their times of several. */
export async function printLogs(
  logs: readonly StoredLog[],
  {
    query,
    list,
    out,
    signal,
  }: {
    query: LogQuery;
    list: () => Promise<StoredLogs>;
    out: (bytes: Uint8Array) => void | Promise<void>;
    signal: AbortSignal;
  },
): Promise<void> {
  const print = printer(logs, { query, out });
  const latest = (log: StoredLog) => async (): Promise<StoredLog> =>
    (await list()).logs.find(({ path }) => path === log.path) ?? log;
  const isWanted = (file: StoredFile): boolean => mayHold(file, query.filter);
  const wholeLines = query.isFollowed;
  const opened = await Promise.all(logs.map((log) => openLogFiles(log, { isWanted, latest: latest(log), wholeLines })));
  try {
    const sources = opened.map((files) => untilNow(files, query));
    if (sources.length === 1) for await (const block of sources[0] ?? []) await print(0, block);
    else await printMerged(sources, { count: query.count, print });
  } finally {
    for (const files of opened) closeFiles(query.isFollowed ? { ...files, current: undefined } : files);
  }
  if (!query.isFollowed) return;
  await Promise.all(
    logs.map(async (log, index) => {
      const selection = new Selection({ grep: query.filter.grep });
      const following = { list: latest(log), path: log.path, signal, from: opened[index]?.current };
      for await (const block of lines(followLog(following))) {
        for (const part of selection.of(block)) await print(index, part);
      }
    }),
  );
}

/** What is there now. */
async function* untilNow({ old, current }: OpenLogFiles, query: LogQuery): AsyncGenerator<Buffer, void> {
  const files = current === undefined ? old : [...old, current];
  const { count, filter, isFollowed } = query;
  // With -f alone only what is new is of interest, as with tail.
  const isOldWanted = !isFollowed || filter.sinceMs !== undefined || filter.grep !== undefined;
  if (count === undefined && isOldWanted) yield* readFiles(files, filter);
  else yield* await lastLines(files, { count: count ?? LINES_BEFORE_NEW, filter });
}

async function printMerged(
  sources: readonly AsyncIterable<Buffer>[],
  { count, print }: { count: number | undefined; print: (source: number, block: Buffer) => void | Promise<void> },
): Promise<void> {
  if (count === undefined) {
    for await (const { source, line } of mergeByTime(sources)) await print(source, line);
    return;
  }
  let last: { source: number; line: Buffer }[] = [];
  for await (const merged of mergeByTime(sources)) {
    last.push(merged);
    if (last.length > 2 * count) last = last.slice(-count);
  }
  for (const { source, line } of last.slice(-count)) await print(source, line);
}

function printer(
  logs: readonly StoredLog[],
  { query, out }: { query: LogQuery; out: (bytes: Uint8Array) => void | Promise<void> },
): (source: number, block: Buffer) => void | Promise<void> {
  const width = Math.max(0, ...logs.map((log) => nameOf(log).length));
  if (query.isJson) return (source, block) => out(jsonOf(logs[source], block));
  if (logs.length === 1) return (_, block) => out(block);
  return (source, block) => {
    const log = logs[source];
    const name = `${(log === undefined ? '' : nameOf(log)).padEnd(width)} |`;
    const color = COLORS[source % COLORS.length] ?? 36;
    const prefix = Buffer.from(query.hasColors ? `\u001B[${color}m${name}\u001B[0m ` : `${name} `);
    const parts: Buffer[] = [];
    eachLine(block, ({ start, end }) => void parts.push(prefix, block.subarray(start, end + 1)));
    return out(Buffer.concat(parts));
  };
}

function nameOf({ service, stream }: StoredLog): string {
  return stream === 'stderr' ? `${service} err` : service;
}

function jsonOf(log: StoredLog | undefined, block: Buffer): Buffer {
  let text = '';
  eachLine(block, ({ start, end }) => {
    const line = block.subarray(start, end);
    const timeMs = timeOfLine(block, { start, end });
    const time = timeMs === undefined ? {} : { time: new Date(timeMs).toISOString() };
    const content = isUtf8(line) ? { text: line.toString() } : { base64: line.toString('base64') };
    text += `${JSON.stringify({ service: log?.service, stream: log?.stream, ...time, ...content })}\n`;
  });
  return Buffer.from(text);
}

/** Whole lines of what is followed; a line that is not complete waits. */
async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const all = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    const end = all.lastIndexOf(10) + 1;
    if (end > 0) yield all.subarray(0, end);
    head = all.subarray(end);
  }
}
