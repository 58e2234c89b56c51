import type { CommandContext } from '../cli-context.ts';
import { explain } from './explain.ts';

/** `tappet logrotate --explain FILE...`: in words what becomes of each log. Exit code 1 when the configuration has problems. */
export function runExplain(files: readonly string[], io: CommandContext['io'], stateFile: string | undefined): number {
  const { logs, problems } = explain(files, stateFile === undefined ? {} : { stateFile });
  for (const { log, source, words } of logs) {
    io.out(`${log}  (${source.file}:${source.line})\n${words.map((sentence) => `  ${sentence}\n`).join('')}`);
  }
  if (logs.length === 0) io.out('no log is looked after\n');
  for (const problem of problems) io.err(`${problem}\n`);
  return problems.length === 0 ? 0 : 1;
}
