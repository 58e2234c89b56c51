import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { askName } from './ask-name.ts';
import { CannotCreateError, type CreatedPlugin, createPlugin } from './create-plugin.ts';
import { configName, type PluginName, readPluginName, whyNoPluginName } from './plugin-name.ts';

/** The world around the command. */
export interface CreateIo {
  out(text: string): void;
  err(text: string): void;
  readonly cwd: string;
  /** Somebody is there to be asked. */
  readonly isTerminal: boolean;
}

const USAGE = `Usage: npm create tappet-plugin [NAME]

Writes the folder tappet-plugin-NAME: a plugin with a section in the configuration, a restart decision, a command and
a test. NAME has small letters, digits and "-"; "@scope/NAME" makes a package of that scope.
`;

/** Runs `create-tappet-plugin` with these words. Resolves with the exit code: 0 written, 1 it could not be, 2 usage. */
export async function main(words: readonly string[], io: CreateIo): Promise<number> {
  const given = readWords(words);
  if (typeof given === 'string') return usageError(io, given);
  if (given.help) {
    io.out(USAGE);
    return 0;
  }
  const text = given.name ?? (io.isTerminal ? await askName() : undefined);
  if (text === undefined) return usageError(io, 'no name was given');
  const name = readPluginName(text);
  if (name === undefined) return usageError(io, whyNoPluginName(text) ?? 'the name cannot be used');
  try {
    io.out(whatNext({ created: createPlugin({ name, directory: io.cwd }), name, cwd: io.cwd }));
    return 0;
  } catch (error) {
    if (!(error instanceof CannotCreateError)) throw error;
    io.err(`${error.message}\n`);
    return 1;
  }
}

/** A text is what is wrong. */
function readWords(words: readonly string[]): string | { readonly name: string | undefined; readonly help: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false } },
    });
    if (positionals.length > 1) return `expected one name, received ${positionals.length}: ${positionals.join(' ')}`;
    return { name: positionals[0], help: values.help };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function usageError(io: CreateIo, reason: string): number {
  io.err(`cannot create a plugin: ${reason}\n\n${USAGE}`);
  return 2;
}

interface Done {
  readonly created: CreatedPlugin;
  readonly name: PluginName;
  readonly cwd: string;
}

function whatNext({ created: { folder, files }, name, cwd }: Done): string {
  const place = relative(cwd, folder);
  return `wrote ${files.length} files to ${place}:
${files.map((file) => `  ${file}\n`).join('')}
Next:
  cd ${place}
  npm install
  npm test                 # no process is started: the clock is virtual
  npm run try              # builds it and runs it in a real supervisor

Then change src/index.ts, and "npm publish": whoever installs ${name.package} puts "${configName(name)}" into plugins.
`;
}
