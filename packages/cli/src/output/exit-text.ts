/** The end of a process in words. */
export function exitText(exit: {
  readonly code?: number | undefined;
  readonly signal?: string | undefined;
  readonly error?: string | undefined;
}): string {
  if (exit.error !== undefined) return exit.error;
  if (exit.signal !== undefined) return `was killed by ${exit.signal}`;
  if (exit.code !== undefined) return `exited with code ${exit.code}`;
  return 'ended, its exit code is unknown';
}
