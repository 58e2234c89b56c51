import { runChild } from '../execute/child.ts';

/** A program and its arguments. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** From util-linux. */
const PREFIX: readonly string[] = ['chrt', '--idle', '0'];
/** What `chrt` ends with when there is no such program. */
export const NOT_FOUND = 127;

let isUsable: Promise<boolean> | undefined;

/**
 * The same program for times when nobody else wants the processor. The lowest priority alone is not enough: whoever wakes up waits until
 * the time slice of a program with priority 19 is over, which takes a fifth of its speed from a service that writes without pause.
 * Undefined where that cannot be had. https://man7.org/linux/man-pages/man7/sched.7.html
 */
export async function idleCommand({ command, args }: Command): Promise<Command | undefined> {
  isUsable ??= tryOut();
  const [program = '', ...words] = PREFIX;
  return (await isUsable) ? { command: program, args: [...words, command, ...args] } : undefined;
}

async function tryOut(): Promise<boolean> {
  const [command = '', ...args] = PREFIX;
  const { code } = await runChild({ command, args: [...args, 'true'], stdio: ['ignore', 'ignore', 'ignore'] });
  return code === 0;
}
