import type { Io } from '../io.ts';

/** An option of a command. With `value` it takes one, without it is a switch. */
export interface OptionDefinition {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help, such as `FILE`. */
  readonly value?: string;
  readonly description: string;
  /** What the shell proposes for the value. */
  readonly complete?: 'file' | readonly string[];
}

/** What a command takes besides options. */
export interface ArgumentDefinition {
  readonly name: string;
  readonly description: string;
  readonly min: number;
  readonly max: number;
  readonly complete?: 'service' | readonly string[];
}

/** A command as data: parsing, help and completion all come from here. */
export interface CommandDefinition {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  readonly argument?: ArgumentDefinition;
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly string[];
  /** Loads what carries it out; nothing of it is loaded before. */
  load(): Promise<CommandModule>;
}

/** What `commands/<verb>.ts` exports. */
export interface CommandModule {
  /** Resolves with the exit code. */
  run(invocation: Invocation): Promise<number>;
}

/** One call of a command. */
export interface Invocation {
  readonly command: CommandDefinition;
  readonly args: readonly string[];
  readonly options: OptionValues;
  readonly io: Io;
}

/** Options by name: text for those with a value, true for switches that are set. */
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** The value of an option that takes one. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
