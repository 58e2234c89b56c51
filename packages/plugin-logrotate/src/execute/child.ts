import { spawn, type StdioOptions } from 'node:child_process';

/** How a program ended. */
export interface ChildEnd {
  /** Undefined when a signal or a failed start ended it. */
  readonly code: number | undefined;
  readonly stderr: string;
  /** Why it could not be started. */
  readonly startError?: unknown;
}

/** Runs a program to its end. Arguments go as they are; no shell is involved. */
export function runChild({
  command,
  args,
  stdio,
  env,
}: {
  readonly command: string;
  readonly args: readonly string[];
  /** A `pipe` in third place is collected as text. */
  readonly stdio: StdioOptions;
  readonly env?: NodeJS.ProcessEnv;
}): Promise<ChildEnd> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio, ...(env === undefined ? {} : { env }) });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.on('error', (startError) => resolve({ code: undefined, stderr, startError }));
    child.on('close', (code) => resolve({ code: code ?? undefined, stderr }));
  });
}
