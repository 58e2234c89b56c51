import type { ConfigPath } from '../errors/base.ts';
import type { Variables } from './interpolate.ts';
import { expand, reportValue, type ServiceReading } from './service-reading.ts';
import { splitWords } from './words.ts';

/** Program and arguments of a service. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Reads `command` and `args`. Without `args` the command is split into words first and variables are replaced word by word, so that
 * a value never becomes several arguments. With `args` (an empty list counts) it is one program, blanks in its path included.
 */
export function readCommandLine(reading: ServiceReading, variables: Variables): CommandLine | undefined {
  const { command: line, args } = reading.table;
  if (line === undefined) return undefined;
  const words = args === undefined ? splitLine(reading, line) : [line, ...args];
  if (words === undefined) return undefined;
  const expanded = words.map((text, index) => {
    const [key, rest]: [string, ConfigPath] =
      args === undefined || index === 0 ? ['command', []] : ['args', [index - 1]];
    return expand(reading, { key, rest, text, variables });
  });
  if (expanded.includes(undefined)) return undefined;
  const [command = '', ...rest] = expanded.filter((word) => word !== undefined);
  if (command.trim() === '') return empty(reading, line);
  return { command, args: rest };
}

function splitLine(reading: ServiceReading, line: string): readonly string[] | undefined {
  const { words, error } = splitWords(line);
  if (words !== undefined) return words;
  reportValue(reading, {
    code: 'ERR_CONFIG_COMMAND',
    message: `cannot split "command" of ${reading.subject}: ${error}`,
    key: 'command',
    hint: 'close it, or give the program as command and its arguments as args = ["…"]',
  });
  return undefined;
}

function empty(reading: ServiceReading, line: string): undefined {
  const why = line.trim() === '' ? 'it is empty' : `${JSON.stringify(line)} names no program`;
  reportValue(reading, {
    code: 'ERR_CONFIG_COMMAND',
    message: `cannot use "command" of ${reading.subject}: ${why}`,
    key: 'command',
  });
  return undefined;
}
