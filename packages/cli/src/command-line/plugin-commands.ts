import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PluginReport } from '@tappet/core';
import { OFFICIAL_PLUGINS, readPlugins, readReference } from '@tappet/core/runtime';
import { connect } from '@tappet/plugin-control/client';
import { currentReader, whyUnsafe } from '../config/safety.ts';
import { findSocket } from '../find-daemon.ts';
import type { Io } from '../io.ts';
import type { CliCommand, CliCommandContext } from '../plugin-command.ts';
import type { CommandDefinition } from './definition.ts';
import { entryInFolder, packageEntry } from './package-entry.ts';
import { commandNamed } from './table.ts';

/** A command of a plugin, ready to be called. */
export interface PluginCommand {
  readonly plugin: string;
  readonly command: CliCommand;
  run(args: readonly string[]): Promise<number>;
}

/** Plugins are looked for only when their commands could be meant: an unknown verb, the help as a whole, or help for one. */
export function needsPlugins(words: readonly string[], commands: readonly CommandDefinition[]): boolean {
  const verb = words.find((word) => !word.startsWith('-'));
  if (verb === undefined || verb === 'help') return !words.includes('--version') && !words.includes('-V');
  return !commands.some(({ name, alias }) => name === verb || alias === verb);
}

/**
 * The commands of the plugins that the configuration lists, and of those of this project that are installed. They live in
 * the `./cli` entry of a plugin's package; the plugin itself is not loaded. What cannot be loaded is told and left out.
 */
export async function pluginCommands(words: readonly string[], io: Io): Promise<readonly PluginCommand[]> {
  const { readConfig } = await import('../read-config.ts');
  const loaded = await readConfig(configWord(words), io.cwd).catch(() => undefined);
  const directory = loaded?.directory ?? io.cwd;
  const listed = loaded === undefined ? [] : readPlugins(loaded.raw).plugins;
  const found = new Map<string, PluginCommand>();
  for (const plugin of new Set([...listed, ...OFFICIAL_PLUGINS])) {
    for (const command of await commandsOf({ plugin, entry: entryOf(plugin, directory) }, io)) {
      // A verb of ours, or of a plugin that comes first, wins.
      if (found.has(command.name) || isTaken(command.name)) continue;
      found.set(command.name, ready({ plugin, command }, { directory, io }));
    }
  }
  return [...found.values()];
}

/** A command of one of the plugins that a supervisor runs with. Nothing has to be read or loaded to find these. */
export async function commandAtWork(
  name: string,
  { plugins, io }: { plugins: readonly PluginReport[]; io: Io },
): Promise<PluginCommand | undefined> {
  const directory = io.cwd;
  for (const { name: plugin, from } of plugins) {
    const entry = from === null ? entryOf(plugin, directory) : entryBeside(from, directory);
    const command = (await commandsOf({ plugin, entry }, io)).find((one) => one.name === name);
    if (command !== undefined) return ready({ plugin, command }, { directory, io });
  }
  return undefined;
}

function ready(
  { plugin, command }: { plugin: string; command: CliCommand },
  { directory, io }: { directory: string; io: Io },
): PluginCommand {
  const connectTo: CliCommandContext['connect'] = async (which = {}) =>
    connect({ socket: await findSocket(which, io) });
  return { plugin, command, run: (args) => command.run({ args, io, directory, connect: connectTo }) };
}

/** The file of `--config FILE` or `--config=FILE`, wherever it stands. */
function configWord(words: readonly string[]): string | undefined {
  const position = words.findIndex((word) => word === '--config' || word === '-c');
  if (position !== -1) return words[position + 1];
  return words.find((word) => word.startsWith('--config='))?.slice('--config='.length);
}

async function commandsOf(
  { plugin, entry }: { plugin: string; entry: string | undefined },
  io: Io,
): Promise<readonly CliCommand[]> {
  if (entry === undefined) return [];
  const unsafe = whyUnsafe(entry, currentReader(io.env));
  if (unsafe !== undefined) {
    io.err(`cannot load the commands of plugin ${plugin}: ${unsafe.reason}\n  ${unsafe.hint}\n`);
    return [];
  }
  try {
    const module: unknown = await import(pathToFileURL(entry).href);
    const commands = isRecord(module) ? module['commands'] : undefined;
    if (Array.isArray(commands) && commands.every(isCommand)) return commands;
    io.err(`cannot use the commands of plugin ${plugin}: ${entry} does not export "commands", a list of CliCommand\n`);
  } catch (error) {
    io.err(`cannot load the commands of plugin ${plugin}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  return [];
}

function entryOf(plugin: string, directory: string): string | undefined {
  const reference = readReference(plugin);
  if (reference.kind === 'path') return entryBeside(reference.path, directory);
  const here = dirname(fileURLToPath(import.meta.url));
  const bases = [directory, here].map((folder) => createRequire(`${folder}/_`));
  for (const base of bases) {
    for (const name of reference.candidates) {
      const entry = packageEntry({ name, subpath: './cli', base });
      if (entry !== undefined) return entry;
    }
  }
  return undefined;
}

/** A plugin named by a path has commands when the package it lies in exports them. */
function entryBeside(path: string, directory: string): string | undefined {
  const start = path.startsWith('file:') ? fileURLToPath(path) : resolve(directory, path);
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return entryInFolder(folder, './cli');
  }
  return undefined;
}

function isTaken(name: string): boolean {
  return name === 'help' || commandNamed(name) !== undefined;
}

function isCommand(value: unknown): value is CliCommand {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    /^[a-z][a-z0-9-]*$/.test(value['name']) &&
    typeof value['summary'] === 'string' &&
    typeof value['run'] === 'function'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
