import type { ExitInfo } from './exit.ts';

/** An end in words: `exited with code 1`, `was killed by SIGKILL`. */
export function describeEnd(exit: ExitInfo): string {
  if (exit.error !== undefined) return exit.error;
  if (exit.signal !== undefined) return `was killed by ${exit.signal}`;
  if (exit.code !== undefined) return `exited with code ${exit.code}`;
  return 'ended, its exit code is unknown';
}
