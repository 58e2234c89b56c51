import { closeSync, constants, fstatSync, openSync, unlinkSync } from 'node:fs';
import { codeOf, reasonOf } from '../names/system-error.ts';
import type { AnchoredPaths } from './anchored-path.ts';
import { runChild } from './child.ts';
import { FileProblem, type Outcome, type Removal } from './log-files.ts';

/** Removes an old log, overwritten first when asked. A file that is already gone is no problem. */
export async function removeFile(paths: AnchoredPaths, removal: Removal): Promise<Outcome> {
  const { path } = removal;
  const notes = removal.shred ? await shred(paths, removal) : [];
  try {
    unlinkSync(paths.of(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      return { notes: [{ level: 'debug', message: `error unlinking log file ${path}: ${reasonOf(error)}` }] };
    throw new FileProblem(`Failed to remove old log ${path}: ${reasonOf(error)}`, { cause: error });
  }
  return { notes };
}

/**
 * Overwrites a file through a descriptor that was opened without following links; shred gets no name at all, so no name
 * can be an option or a command. Other hard links to the content are spared unless they are allowed.
 */
async function shred(paths: AnchoredPaths, { path, shredCycles, allowHardlink }: Removal): Promise<Outcome['notes']> {
  let descriptor: number;
  try {
    descriptor = openSync(paths.of(path), constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    return [{ level: 'error', message: `error opening ${path}: ${reasonOf(error)}` }];
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return [];
    if (stat.nlink > 1 && !allowHardlink) {
      const message = `failed to shred "${path}", because shredding files with multiple hard links is disabled for it.`;
      return [{ level: 'error', message }];
    }
    const cycles = shredCycles === 0 ? [] : ['-n', String(shredCycles)];
    const { code } = await runChild({
      command: 'shred',
      args: [...cycles, '-'],
      stdio: ['ignore', descriptor, 'ignore'],
    });
    return code === 0 ? [] : [{ level: 'error', message: `Failed to shred ${path}, trying unlink` }];
  } finally {
    closeSync(descriptor);
  }
}
