import { isAbsolute, join } from 'node:path';
import { compilePattern } from '../language/pattern.ts';
import { oneLine } from '../report/one-line.ts';
import { commandLine, matchProcess } from '../sample/find-process.ts';
import { readProcTable } from '../sample/proc-table.ts';
import { convert } from '../text/convert.ts';
import { explain } from '../text/explain.ts';
import { type CheckReport, checkControlFile, renderReport } from '../text/report.ts';
import { type MonitCommandContext, takeApart, UsageProblem } from './context.ts';

const NONE = { flags: [], values: [] };

/** `check [--strict] FILE…`: 0 when all are accepted. */
export function check({ io, file }: MonitCommandContext, words: readonly string[]): number {
  const { names: given, flags } = takeApart(words, { flags: ['strict', 'json'], values: [] });
  const names = file === undefined ? given : [file, ...given];
  if (names.length === 0) throw new UsageProblem('name a control file');
  const mode = flags.has('strict') ? 'strict' : 'lenient';
  const reports = names.map((name) => checkControlFile(absolute(name, io.cwd), { mode }));
  for (const report of reports) {
    if (flags.has('json')) io.out(`${JSON.stringify({ ...report, configuration: undefined })}\n`);
    else io.out(renderReport(report));
  }
  return reports.every(({ accepted }) => accepted) ? 0 : 1;
}

/** `explain FILE`. */
export function explainFile(context: MonitCommandContext, words: readonly string[]): number {
  const { io } = context;
  const report = readOne(context, takeApart(words, NONE).names);
  if (report === undefined) return 1;
  const text = explain(report.configuration);
  io.out(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}

/** `convert FILE`. */
export function convertFile(context: MonitCommandContext, words: readonly string[]): number {
  const report = readOne(context, takeApart(words, NONE).names);
  if (report === undefined) return 1;
  context.io.out(convert(report.configuration));
  return 0;
}

/** `procmatch PATTERN`: 0 when something matches. The first line is the process that would be watched. */
export function procmatch({ io }: MonitCommandContext, words: readonly string[]): number {
  const { names } = takeApart(words, NONE);
  const [pattern] = names;
  if (pattern === undefined || names.length > 1) throw new UsageProblem('name one pattern, in quotes');
  const compiled = compilePattern(pattern);
  if (!compiled.ok) throw new UsageProblem(`"${pattern}" is no pattern: ${compiled.why}`);
  const found = matchProcess(pattern, readProcTable({ atMs: performance.now() })).filter(
    // The words of this very command match as well.
    ({ pid }) => pid !== process.ppid,
  );
  if (found.length === 0) {
    io.err(`no process matches "${pattern}"\n`);
    return 1;
  }
  for (const [index, { pid, ppid, name }] of found.entries()) {
    const line = oneLine(commandLine(pid) || name);
    io.out(`${index === 0 ? '*' : ' '} ${String(pid).padStart(7)} ${String(ppid).padStart(7)}  ${line}\n`);
  }
  return 0;
}

/** The one control file that is named, when it is accepted; otherwise its issues are told. */
export function readOne({ io, file }: MonitCommandContext, names: readonly string[]): CheckReport | undefined {
  const [name, ...more] = file === undefined ? names : [file, ...names];
  if (name === undefined || more.length > 0) throw new UsageProblem('name one control file');
  const report = checkControlFile(absolute(name, io.cwd));
  if (report.accepted) return report;
  io.err(renderReport(report));
  return undefined;
}

function absolute(path: string, cwd: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}
