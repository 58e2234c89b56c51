import { statSync } from 'node:fs';
import { type ControlClient, connect, controlSocket } from '@tappet/plugin-control/client';
import { type OptionValues, textOption } from './command-line/definition.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

interface FoundProject {
  readonly project: string;
  /** Undefined when the project was named. */
  readonly file: string | undefined;
}

/** What points at a supervisor: `--socket`, `--config` and `--project`. */
export interface Which {
  readonly socket?: string | undefined;
  readonly config?: string | undefined;
  readonly project?: string | undefined;
}

/** A client of the supervisor that a command line means. Rejects with a UsageError when there is none, or no telling which. */
export async function connectToDaemon(options: OptionValues, io: Io): Promise<ControlClient> {
  const which: Which = {
    socket: textOption(options, 'socket'),
    config: textOption(options, 'config'),
    project: textOption(options, 'project'),
  };
  return connect({ socket: await findSocket(which, io) });
}

/**
 * The control socket: `--socket`, else that of the project of `--project`, `--config` or the configuration found from the
 * current folder, else that of the only supervisor that runs for this user.
 */
export async function findSocket(which: Which, io: Pick<Io, 'env' | 'cwd'>): Promise<string> {
  if (which.socket !== undefined) return which.socket;
  const { listRuntimeDirectories, runtimeDirectory } = await import('@tappet/core/runtime');
  const uid = process.getuid?.() ?? 0;
  const named = await projectMeant(which, io.cwd);
  if (named !== undefined) {
    const socket = controlSocket(runtimeDirectory(named.project, io.env, uid));
    if (isThere(socket)) return socket;
    throw notRunning(named, listRuntimeDirectories({ env: io.env, uid }));
  }
  const running = listRuntimeDirectories({ env: io.env, uid });
  const [only, ...others] = running;
  if (only === undefined) {
    throw new UsageError('cannot reach a supervisor: none is running', {
      code: 'ERR_CONTROL_UNREACHABLE',
      hint: 'start one with "tappet up"',
    });
  }
  if (others.length === 0) return controlSocket(only.directory);
  throw new UsageError('cannot tell which supervisor is meant: several are running', {
    code: 'ERR_CONTROL_AMBIGUOUS',
    hint: `choose one with --project:\n${running.map(({ project, pid }) => `    ${project} (PID ${pid})`).join('\n')}`,
  });
}

async function projectMeant({ project, config }: Which, cwd: string): Promise<FoundProject | undefined> {
  return project === undefined ? projectFrom(config, cwd) : { project, file: undefined };
}

/** Undefined when no file is named and none is found; a file that cannot be read is an error. */
async function projectFrom(config: string | undefined, cwd: string): Promise<FoundProject | undefined> {
  const [{ findConfigFile }, { projectOf }, { canonicalPath }] = await Promise.all([
    import('./config/locate.ts'),
    import('./config/project.ts'),
    import('./config/search-places.ts'),
  ]);
  const file = config === undefined ? await findConfigFile(cwd) : canonicalPath(config, cwd);
  return file === undefined ? undefined : { project: await projectOf(file), file };
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function notRunning(
  { project, file }: FoundProject,
  others: readonly { readonly project: string; readonly pid: number }[],
): UsageError {
  const start = `start it with "tappet up${file === undefined ? '' : ` --config ${file}`}"`;
  const elsewhere = others.map((other) => other.project).join(', ');
  return new UsageError(`cannot reach the supervisor of project "${project}": it is not running`, {
    code: 'ERR_CONTROL_UNREACHABLE',
    hint: elsewhere === '' ? start : `${start}, or choose one that runs with --project: ${elsewhere}`,
  });
}
