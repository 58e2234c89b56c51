import { commandNamed, COMMANDS } from './command-line/table.ts';
import { parse } from './command-line/parse.ts';
import { exitCodeOf } from './exit-codes.ts';
import { type Io, processIo } from './io.ts';
import { renderProblem } from './output/problem.ts';

/** Runs `tappet` with these words and sets the exit code of the process. */
export async function main(words: readonly string[]): Promise<void> {
  process.exitCode = await runCommandLine(words, processIo());
}

/** Runs a command line. Resolves with the exit code; everything that goes wrong is printed, nothing rejects. */
export async function runCommandLine(words: readonly string[], io: Io): Promise<number> {
  try {
    const [verb = '', ...rest] = words;
    const command = commandNamed(verb);
    const parsed = command === undefined ? undefined : parse(command, rest);
    if (command !== undefined && parsed !== undefined) {
      const { run } = await command.load();
      return await run({ command, ...parsed, io });
    }
    return await withCommander(words, io);
  } catch (error) {
    io.err(`${await renderProblem(error)}\n`);
    return exitCodeOf(error);
  }
}

/** Everything but a command that is plainly right: help, version, mistakes, and commands of plugins. */
async function withCommander(words: readonly string[], io: Io): Promise<number> {
  const { runProgram } = await import('./command-line/program.ts');
  const { needsPlugins, pluginCommands } = await import('./command-line/plugin-commands.ts');
  const added = needsPlugins(words, COMMANDS) ? await pluginCommands(words, io) : [];
  return runProgram(words.length === 0 ? ['--help'] : words, { io, commands: COMMANDS, pluginCommands: added });
}
