import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** Where a program is, undefined when it is not installed. */
export function find(name: string): string | undefined {
  for (const folder of ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']) {
    try {
      accessSync(`${folder}/${name}`, constants.X_OK);
      return `${folder}/${name}`;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** True when the program is missing and may be: says so aloud. In CI a missing program is a failure. */
export function isMissing(name: string): boolean {
  if (find(name) !== undefined) return false;
  if (process.env['CI'] !== undefined) throw new Error(`${name} is needed by this test and not installed`);
  console.warn(`skipped: ${name} is not installed`);
  return true;
}

export function output(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', COLUMNS: '200' } });
}
