import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

/** Where a command is looked for. */
export interface CommandQuery {
  readonly command: string;
  /** Value of PATH in the environment of the service; without one the C library looks in `/bin` and `/usr/bin`. */
  readonly path: string | undefined;
  /** Relative commands and relative parts of PATH start here. Absolute. */
  readonly cwd: string;
}

/** Why a command cannot be run. */
export type CommandProblem = 'missing' | 'not-executable' | 'directory';

/** The absolute path of the program, as the C library's execvp would find it. Undefined: none that can be executed. */
export function resolveCommand(query: CommandQuery): string | undefined {
  const found = findCommand(query);
  return 'file' in found ? found.file : undefined;
}

/** Like {@link resolveCommand}, with the reason when there is none. */
export function findCommand(query: CommandQuery): { readonly file: string } | { readonly problem: CommandProblem } {
  let problem: CommandProblem = 'missing';
  for (const candidate of candidates(query)) {
    const verdict = judge(candidate);
    if (verdict === undefined) return { file: candidate };
    if (problem === 'missing') problem = verdict;
  }
  return { problem };
}

function candidates({ command, path, cwd }: CommandQuery): string[] {
  if (command === '') return [];
  if (isAbsolute(command)) return [command];
  if (command.includes('/')) return [resolve(cwd, command)];
  return (path ?? DEFAULT_PATH).split(':').map((folder) => resolve(cwd, folder, command));
}

/** Where execvp looks when PATH is not set (glibc, confstr(_CS_PATH)). */
const DEFAULT_PATH = '/bin:/usr/bin';

/** A folder that cannot be searched is passed over, as execvp does. */
function judge(file: string): CommandProblem | undefined {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return 'missing';
    if (stat.isDirectory()) return 'directory';
    if ((stat.mode & 0o111) === 0) return 'not-executable';
    accessSync(file, constants.X_OK);
    return undefined;
  } catch {
    return 'not-executable';
  }
}
