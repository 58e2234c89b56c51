import { parseArgs } from 'node:util';
import type { CommandDefinition, OptionValues } from './definition.ts';

/** The words of a command line, told apart. */
export interface Parsed {
  readonly args: readonly string[];
  readonly options: OptionValues;
}

/**
 * Takes the words after a command apart. Undefined when they do not fit the definition or ask for help: then commander
 * looks at them again and says what is wrong. It knows the same definitions and is only loaded for that.
 */
export function parse(command: CommandDefinition, words: readonly string[]): Parsed | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: Object.fromEntries(
        command.options.map(({ name, short, value }) => [
          name,
          { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
        ]),
      ),
    });
    const { min, max } = command.argument ?? { min: 0, max: 0 };
    if (positionals.length < min || positionals.length > max) return undefined;
    return { args: positionals, options: { ...values } };
  } catch {
    return undefined;
  }
}
