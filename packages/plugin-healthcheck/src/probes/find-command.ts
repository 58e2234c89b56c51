import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where a command would be found: the file, or undefined. A name with a slash starts at `cwd`, others are looked up in PATH. */
export function findCommand(
  command: string,
  { path, cwd }: { path?: string | undefined; cwd?: string | undefined } = {},
): string | undefined {
  const base = cwd ?? '.';
  if (command.includes('/')) return isExecutable(resolve(base, command)) ? resolve(base, command) : undefined;
  const folders = (path ?? globalThis.process.env['PATH'] ?? '/usr/bin:/bin').split(':');
  return folders.map((folder) => resolve(base, folder, command)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
