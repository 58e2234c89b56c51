import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of a program on PATH or in the system folders, undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * True where a test that needs this program has to be left out. Says so aloud; in CI, where everything is installed, it throws
 * instead, so that nothing is left out unseen.
 */
export function lacks(name: string): boolean {
  if (findProgram(name) !== undefined) return false;
  if (process.env['CI'] !== undefined) throw new Error(`${name} is not installed, but CI must run every test`);
  console.warn(`SKIPPED: ${name} is not installed`);
  return true;
}

/** True where a test that needs root has to be left out; says so aloud. */
export function lacksRoot(): boolean {
  if (process.getuid?.() === 0) return false;
  console.warn('SKIPPED: this test needs root');
  return true;
}
