import type { Invocation } from '../command-line/definition.ts';
import { COMMANDS } from '../command-line/table.ts';
import { completionScript } from '../completion/script.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';

/** `tappet completion bash|zsh|fish` */
export function run({ args, io }: Invocation): Promise<number> {
  const [shell = ''] = args;
  const script = completionScript(shell, COMMANDS);
  if (script === undefined) {
    const hint = 'use one of bash, zsh and fish';
    return Promise.reject(
      new UsageError(`cannot write a completion script for "${shell}": not a shell it knows`, { hint }),
    );
  }
  io.out(script);
  return Promise.resolve(EXIT.fine);
}
