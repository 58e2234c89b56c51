import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { TappetError } from '@tappet/core/runtime';
import type { CommandContext } from '../cli-context.ts';
import { diskText, diskUse } from './disk.ts';
import { type LogQuery, printLogs } from './log-lines.ts';
import { withoutCompilers } from './small-memory.ts';
import type { StoredLog, StoredLogs } from './stored-log.ts';
import { linesForTerminal } from './terminal-text.ts';

const HELP = `Usage: tappet log-files [NAME...] [options]

Prints the logs of services, old and compressed ones included, oldest line first.

Options:
  -n, --lines N     the last N lines only
  -f, --follow      go on with what is written, through rotations
  --since WHEN      from then on: "1h", "2d", "2026-11-20", "2026-11-20 10:30", today, yesterday
  --until WHEN      up to then
  --grep REGEXP     only lines that match
  --json            each line as a JSON object
  --disk            what the logs take, service by service, against the budget
  --paths           the files of the logs
  --rotate          rotate now
  --socket PATH, --config FILE, --project NAME
                    which supervisor
  --help            this text

A line tells its time at its start (ISO 8601) or in a JSON field "time"; a line without one belongs to the line before it.
`;

const OPTIONS = {
  lines: { type: 'string', short: 'n' },
  follow: { type: 'boolean', short: 'f' },
  since: { type: 'string' },
  until: { type: 'string' },
  grep: { type: 'string' },
  json: { type: 'boolean' },
  disk: { type: 'boolean' },
  paths: { type: 'boolean' },
  rotate: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  socket: { type: 'string' },
  config: { type: 'string', short: 'c' },
  project: { type: 'string' },
} as const;

type Options = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

/** `tappet log-files` */
export async function runLogFiles({ args, io, connect }: CommandContext): Promise<number> {
  const { names, options } = read(args);
  if (options.help === true) {
    io.out(HELP);
    return 0;
  }
  const query = await queryOf(options, { isColored: io.hasColors });
  const { socket, config, project } = options;
  const client = await connect({ socket, config, project });
  // The plugin on the other side is of this package, so its answers have this type.
  const list = async (): Promise<StoredLogs> => (await client.call('logrotate', 'files')) as StoredLogs;
  if (options.rotate === true) {
    for (const service of names.length === 0 ? [undefined] : names) {
      const { rotated } = (await client.call('logrotate', 'rotate', { service })) as { rotated: readonly string[] };
      for (const path of rotated) io.out(`rotated ${path}\n`);
    }
    return 0;
  }
  const all = await list();
  const logs = chosen(all.logs, names);
  if (options.disk === true) {
    const shown = { logs, budget: all.budget };
    io.out(
      options.json === true ? `${JSON.stringify({ budget: all.budget, services: diskUse(shown) })}\n` : diskText(shown),
    );
    return 0;
  }
  if (options.paths === true) {
    for (const { archives, path } of logs)
      for (const file of [...archives.toReversed(), { path }]) io.out(`${file.path}\n`);
    return 0;
  }
  const chosenLogs = unique(logs);
  // Bringing lines of several into order, and JSON, is work of our own.
  if (chosenLogs.length === 1 && !query.isJson) withoutCompilers();
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await printLogs(chosenLogs, { query, list, out: patiently(io), signal: abort.signal });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  return 0;
}

function read(args: readonly string[]): { names: readonly string[]; options: Options } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    return { names: positionals, options: values };
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

async function queryOf(options: Options, { isColored }: { isColored: boolean }): Promise<LogQuery> {
  const count = options.lines === undefined ? undefined : Number(options.lines);
  if (count !== undefined && !(Number.isInteger(count) && count >= 0)) {
    throw usage(`--lines "${options.lines}" is not a number of lines`);
  }
  const [sinceMs, untilMs] = [await moment('since', options.since), await moment('until', options.until)];
  return {
    filter: { sinceMs, untilMs, grep: pattern(options.grep) },
    count,
    isFollowed: options.follow === true,
    isJson: options.json === true,
    hasColors: isColored,
  };
}

/** Durations are the core's, whose loading takes as long as all the rest. */
async function moment(name: 'since' | 'until', text: string | undefined): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const { parseMoment } = await import('./moment.ts');
  const ms = parseMoment(text, Date.now());
  if (ms === undefined) throw usage(`--${name} "${text}" is neither a duration such as 1h nor a date`);
  return ms;
}

/** A reader that is slower than the disk must not fill the memory, and no line may steer a terminal. */
function patiently(io: CommandContext['io']): (bytes: Uint8Array) => void | Promise<void> {
  return (bytes) => {
    io.out(io.isTerminal ? linesForTerminal(bytes) : bytes);
    if (process.stdout.writableNeedDrain) return once(process.stdout, 'drain').then(() => undefined);
  };
}

function pattern(text: string | undefined): RegExp | undefined {
  try {
    return text === undefined ? undefined : new RegExp(text);
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function chosen(logs: readonly StoredLog[], names: readonly string[]): readonly StoredLog[] {
  const isMeant = (service: string, name: string): boolean => service === name || service.startsWith(`${name}@`);
  const missing = names.find((name) => !logs.some(({ service }) => isMeant(service, name)));
  if (missing !== undefined) {
    const known = [...new Set(logs.map(({ service }) => service))];
    throw new TappetError(`there is no log of a service "${missing}"`, {
      code: 'ERR_SERVICE_UNKNOWN',
      hint: `there are ${known.join(', ')}`,
    });
  }
  return names.length === 0 ? logs : logs.filter(({ service }) => names.some((name) => isMeant(service, name)));
}

/** Services that share a file. */
function unique(logs: readonly StoredLog[]): StoredLog[] {
  return [...new Map(logs.map((log) => [log.path, log])).values()];
}

function usage(reason: string): TappetError {
  return new TappetError(`cannot run log-files: ${reason}`, {
    code: 'ERR_USAGE',
    hint: 'see "tappet log-files --help"',
  });
}
