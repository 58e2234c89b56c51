import { closeSync, openSync, readSync } from 'node:fs';

/** `#!program argument`: what the kernel would run a script with. The rest of the line is one argument. */
export interface Interpreter {
  readonly program: string;
  readonly argument: string | undefined;
}

const DEFAULT: Interpreter = { program: '/bin/sh', argument: undefined };
const LONGEST_HEAD = 256;

/** The interpreter that a script's first line asks for, `/bin/sh` without one. */
export function interpreterOf(head: string): Interpreter {
  const [, program, argument] = /^#![ \t]*([^ \t\r\n]+)[ \t]*([^\r\n]*?)[ \t]*\r?(?:\n|$)/.exec(head) ?? [];
  return program === undefined ? DEFAULT : { program, argument: argument === '' ? undefined : argument };
}

/** Like {@link interpreterOf} for a file; undefined for a compiled program, which runs by itself. Throws what `open` throws. */
export function interpreterOfFile(path: string): Interpreter | undefined {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(LONGEST_HEAD);
    const head = buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
    return head.startsWith('\x7fELF') ? undefined : interpreterOf(head);
  } finally {
    closeSync(fd);
  }
}
