import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a pid into a file for whoever looks for it there; a reader never sees half of it. Throws what the file system says. */
export function writePidFile(path: string, pid: number): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, `${pid}\n`, { mode: 0o644, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Removes a pid file, if it still names this process and nobody wrote another one meanwhile. */
export function removePidFile(path: string, pid: number): void {
  try {
    if (readFileSync(path, 'utf8').trim() === String(pid)) rmSync(path, { force: true });
  } catch {
    // It is gone already.
  }
}
