import { Argument, Command, CommanderError, Option } from 'commander';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { CommandDefinition, OptionDefinition } from './definition.ts';
import type { PluginCommand } from './plugin-commands.ts';
import { version } from '../version.ts';

/** What the parser is made of. */
export interface ProgramOptions {
  readonly io: Io;
  readonly commands: readonly CommandDefinition[];
  /** What installed plugins add. */
  readonly pluginCommands: readonly PluginCommand[];
}

/** Help, errors and plugin commands: everything that the fast path leaves. Resolves with the exit code. */
export async function runProgram(words: readonly string[], options: ProgramOptions): Promise<number> {
  const { io, commands, pluginCommands } = options;
  let exitCode: number = EXIT.fine;
  const program = new Command('tappet')
    .description('A process supervisor you compose.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [COMMAND]', 'show help for a command')
    .exitOverride()
    .showHelpAfterError('(see "tappet --help")')
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHasColors: () => io.hasColors,
    })
    .addHelpText(
      'after',
      `\nExit codes: 0 fine, 1 failed, 2 usage or configuration, 3 no supervisor, 4 unknown service.`,
    );
  for (const command of commands) {
    program.addCommand(
      subcommand(command, program, async (args, values) => {
        const { run } = await command.load();
        exitCode = await run({ command, args, options: values, io });
      }),
    );
  }
  for (const { plugin, command, run } of pluginCommands) {
    const added = program.command(command.name).description(`${command.summary} (plugin ${plugin})`);
    added.helpOption(false).allowUnknownOption().argument('[args...]');
    added.action(async (args: string[]) => {
      exitCode = await run(args);
    });
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  }
  return exitCode;
}

function subcommand(
  definition: CommandDefinition,
  program: Command,
  act: (args: readonly string[], options: Record<string, string | boolean>) => Promise<void>,
): Command {
  const command = new Command(definition.name).copyInheritedSettings(program).description(definition.summary);
  command.showHelpAfterError(`(see "tappet ${definition.name} --help")`);
  if (definition.alias !== undefined) command.alias(definition.alias);
  const { argument } = definition;
  if (argument !== undefined) command.addArgument(argumentOf(argument));
  for (const option of definition.options) command.addOption(optionOf(option));
  if (definition.examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${definition.examples.map((line) => `  ${line}`).join('\n')}`);
  }
  command.action(async (...received: unknown[]) => {
    const words = argument === undefined ? [] : [received[0]].flat().filter((word) => typeof word === 'string');
    await act(words, valuesOf(definition, command.opts()));
  });
  return command;
}

function argumentOf({ name, description, min }: NonNullable<CommandDefinition['argument']>): Argument {
  return new Argument(min > 0 ? `<${name}>` : `[${name}]`, description);
}

function optionOf({ name, short, value, description, complete }: OptionDefinition): Option {
  const flags = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` <${value}>`}`;
  const option = new Option(flags, description);
  if (name === 'log-format' && Array.isArray(complete)) option.choices([...complete]);
  return option;
}

/** commander keeps `--no-wait` as `wait: false` and `--log-format` as `logFormat`; commands read options by their own names. */
function valuesOf(
  { options }: CommandDefinition,
  found: Readonly<Record<string, unknown>>,
): Record<string, string | boolean> {
  const values: Record<string, string | boolean> = {};
  for (const { name } of options) {
    const isNegation = name.startsWith('no-');
    const key = (isNegation ? name.slice(3) : name).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const value = isNegation ? found[key] === false : found[key];
    if (typeof value === 'string' || value === true) values[name] = value;
  }
  return values;
}
