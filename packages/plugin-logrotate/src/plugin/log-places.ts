import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { OutputStream } from '@tappet/core';
import type { ServiceOptions } from './service-options.ts';

/** Where logs go when nothing is said: with the system's, or with the user's state. */
export function logDirectory(
  directory: string | undefined,
  { configFile, env, uid }: { configFile: string | null; env: NodeJS.ProcessEnv; uid: number | undefined },
): string {
  if (directory !== undefined) return resolve(configFile === null ? process.cwd() : dirname(configFile), directory);
  if (uid === 0) return '/var/log';
  // A relative XDG path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
  const state =
    env['XDG_STATE_HOME']?.startsWith('/') === true ? env['XDG_STATE_HOME'] : join(homedir(), '.local/state');
  return join(state, 'tappet/log');
}

/** The file for a stream of a service; undefined: it is nobody's file, and the core decides. */
export function logPath(
  service: { readonly name: string; readonly spec: { readonly logFile: string | undefined } },
  { stream, options, directory }: { stream: OutputStream; options: ServiceOptions; directory: string },
): string | undefined {
  if (!options.isEnabled) return undefined;
  const path =
    stream === 'stderr' && options.stderr !== undefined
      ? resolve(directory, options.stderr)
      : options.file === undefined
        ? (service.spec.logFile ?? join(directory, `${service.name}.log`))
        : resolve(directory, options.file);
  // A terminal or /dev/null needs no rotation.
  return path.startsWith('/dev/') || path.startsWith('/proc/') ? undefined : path;
}
