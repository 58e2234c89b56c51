import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { guardArgv } from '@tappet/core';
import type { Invocation } from '../command-line/definition.ts';
import { daemonArgv } from './daemon-argv.ts';

/**
 * Turns this process into the guard, a shell that runs the daemon and starts it again when it was killed. The shell takes
 * our place, so no second Node stays in memory; where Node cannot be replaced it waits and passes the exit code on.
 */
export async function becomeGuard(invocation: Invocation): Promise<number> {
  const argv = guardArgv(daemonArgv(invocation, { without: ['guard', 'detach'] }));
  const [shell = '/bin/sh', ...args] = argv;
  // There from 22.15 and 23.11 on. It says that it is experimental, to which nobody could do anything.
  process.removeAllListeners('warning');
  process.execve?.(shell, argv, definedOnly(process.env));
  const guard = spawn(shell, args, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
    process.on(signal, () => guard.kill(signal));
  }
  return new Promise((resolve, reject) => {
    guard.on('error', reject);
    guard.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
