import { statSync } from 'node:fs';
import { SpawnError } from '../errors/index.ts';
import type { SpawnSpec } from '../hooks/events.ts';
import { type CommandProblem, findCommand } from './command.ts';

/** The absolute path of the program to start. Throws SpawnError in words when the folder or the program is not there. */
export function checkStart({ service, spec }: { service: string; spec: SpawnSpec }): string {
  checkFolder({ service, cwd: spec.cwd });
  const { command, cwd } = spec;
  const path = spec.env['PATH'];
  const found = findCommand({ command, path, cwd });
  if ('file' in found) return found.file;
  throw new SpawnError(`cannot start ${service}: ${explain({ problem: found.problem, command, path, cwd })}`, {
    code: 'ERR_SPAWN_COMMAND',
    hint: hintFor(found.problem, command),
  });
}

export function checkFolder({ service, cwd }: { service: string; cwd: string }): void {
  const folder = statSync(cwd, { throwIfNoEntry: false });
  if (folder?.isDirectory() === true) return;
  const why = folder === undefined ? 'does not exist' : 'is not a directory';
  throw new SpawnError(`cannot start ${service}: its working directory ${cwd} ${why}`, {
    hint: 'create it, or correct the key cwd',
  });
}

function explain(about: { problem: CommandProblem; command: string; path: string | undefined; cwd: string }): string {
  const { problem, command, path, cwd } = about;
  if (problem === 'directory') return `${command} is a directory`;
  if (problem === 'not-executable') return `${command} is not executable`;
  if (command.startsWith('/')) return `${command} does not exist`;
  if (command.includes('/')) return `${command} does not exist in ${cwd}`;
  return `no program "${command}" in PATH (${path ?? 'which is not set'})`;
}

function hintFor(problem: CommandProblem, command: string): string {
  if (problem === 'not-executable') return `chmod +x ${command}`;
  return 'install it, or give its whole path in the key command';
}
