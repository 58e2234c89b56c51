import { readFileSync } from 'node:fs';

/** The umask of this process, or undefined where the kernel does not tell (before 4.7). `process.umask()` would clear it for a moment. */
export function ownUmask(): number | undefined {
  const octal = /^Umask:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return octal === undefined ? undefined : Number.parseInt(octal, 8);
}
