import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { SpawnError } from '../errors/index.ts';
import type { ChildOutput } from './channel.ts';
import { interpreterOfFile } from './interpreter.ts';
import type { Execution, Launch } from './launch.ts';
import type { LayerParts } from './layer-parts.ts';
import { openPipeForChild } from './pipes.ts';

/** The leader of a new generation. */
export interface Spawned {
  readonly child: ChildProcess;
  /** It never was outside its cgroup. */
  readonly wasBornInside: boolean;
}

/** Forks. Rejects with SpawnError when the system refuses. */
export async function spawnLaunch(launch: Launch, { channels }: LayerParts): Promise<Spawned> {
  const { request } = launch;
  const { service, notifyFd } = request;
  let output: ChildOutput | undefined;
  let notify: number | undefined;
  try {
    output = channels.of(service).openForChild({ tellsEnd: request.forkingPidFile !== undefined });
    const stdio: Stdio = ['ignore', output.stdout, output.stderr];
    if (notifyFd !== undefined) {
      notify = openPipeForChild(channels.notifyPath(service));
      while (stdio.length < notifyFd) stdio.push('ignore');
      stdio.push(notify);
    }
    const born = forkInside(launch, stdio);
    const child = born ?? fork(launch, { ...launch.wrapped(), stdio });
    // Node reports a failed fork or exec with an event of the next turn.
    if (child.pid === undefined) throw await new Promise((resolve) => void child.once('error', resolve));
    return { child, wasBornInside: born !== undefined };
  } catch (cause) {
    const why = missingInterpreter(launch, cause) ?? (cause instanceof Error ? cause.message : String(cause));
    throw new SpawnError(`cannot start ${service}: ${why}`, { cause, hint: hintFor(cause) });
  } finally {
    output?.close();
    if (notify !== undefined) closeSync(notify);
  }
}

type Stdio = ('ignore' | number)[];

/** Undefined: only the wrapper can start it. */
function forkInside(launch: Launch, stdio: Stdio): ChildProcess | undefined {
  const { bare, cgroup } = launch;
  if (bare === undefined) return undefined;
  try {
    return cgroup?.forkInside(() => fork(launch, { ...bare, stdio }))?.result;
  } catch (error) {
    // A script without `#!`, which the kernel does not run and a shell does.
    if (codeOf(error) === 'ENOEXEC') return undefined;
    throw error;
  }
}

function fork({ request, spawnIds }: Launch, { argv, env, stdio }: Execution & { stdio: Stdio }): ChildProcess {
  const [program = '', ...args] = argv;
  return spawn(program, args, { detached: true, cwd: request.spec.cwd, env, stdio, ...spawnIds });
}

/** The kernel says of a script that it is not there when it means the program of its first line. */
function missingInterpreter({ program }: Launch, cause: unknown): string | undefined {
  if (codeOf(cause) !== 'ENOENT') return undefined;
  try {
    const interpreter = interpreterOfFile(program)?.program;
    if (interpreter === undefined || existsSync(interpreter)) return undefined;
    return `${program} asks for the interpreter ${interpreter} in its first line, which does not exist`;
  } catch {
    return undefined;
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
}

function hintFor(cause: unknown): string | undefined {
  const code = codeOf(cause);
  if (code === 'EMFILE' || code === 'ENFILE') return 'raise the limit on open files (ulimit -n)';
  if (code === 'EAGAIN') return 'raise the limit on processes (ulimit -u, pids.max of the cgroup)';
  if (code === 'E2BIG') return 'shorten args and env';
  return undefined;
}
