import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { runChild } from '../execute/child.ts';

/**
 * Overwrites a file that has no other name: what another name shows is not ours to destroy. `shred` gets no name, so none can be an
 * option. Throws what opening throws, and when shred fails.
 */
export async function shred(path: string, cycles: number): Promise<void> {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.nlink > 1) throw new Error('it is no file with one name');
    const times = cycles === 0 ? [] : ['-n', String(cycles)];
    const stdio = ['ignore', descriptor, 'ignore'] as const;
    const { code } = await runChild({ command: 'shred', args: [...times, '-'], stdio: [...stdio] });
    if (code !== 0) throw new Error(`shred ended with ${code}`);
  } finally {
    closeSync(descriptor);
  }
}
