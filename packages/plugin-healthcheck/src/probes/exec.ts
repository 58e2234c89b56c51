import { type ChildProcess, spawn } from 'node:child_process';
import { defineProbe, type ProbeContext, type ProbeDefinition, type ProbeIo } from './definition.ts';
import { commandOption } from './options/command.ts';
import { table } from './options/table.ts';
import { OutputTail } from './output-tail.ts';
import { ProbeFailure, type ProbeFinding } from './result.ts';

/** The options of `exec`. */
export interface ExecDescription {
  /** Program and arguments. */
  readonly command: readonly string[];
}

/**
 * A program that ends with 0. It runs with the environment, the folder and the user of the service in a session and
 * process group of its own, which is killed whole when the probe is over, at the deadline at the latest.
 */
export const exec: ProbeDefinition<'exec', ExecDescription> = defineProbe({
  name: 'exec',
  short: 'command',
  options: table({ command: commandOption }),
  describe: ({ command }) => `exec ${command.join(' ').slice(0, 120)}`,
  attempt: ({ command }, io) => run([...(io.context.commandPrefix ?? []), ...command], io),
});

function run(command: readonly string[], io: ProbeIo): Promise<ProbeFinding> {
  io.doing = `running ${command[0] ?? ''}`;
  return new Promise((resolve, reject) => {
    const child = start(command, io.context);
    const output = new OutputTail();
    const onAbort = (): void => release(child);
    io.signal.addEventListener('abort', onAbort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => reject(spawnFailure(command[0] ?? '', error)));
    child.on('exit', (code, signal) => {
      io.signal.removeEventListener('abort', onAbort);
      // What the program has written is in the pipes by now; one turn of the loop reads it, however long a
      // left-behind child would keep them open.
      setImmediate(() => {
        release(child);
        if (code === 0)
          resolve({ message: output.lastLine() || 'exit 0', detail: { exitCode: 0, output: output.text() } });
        else reject(exitFailure({ code, signal, output }));
      });
    });
  });
}

function start(
  [program = '', ...args]: readonly string[],
  { env, cwd, user, commandPrefix }: ProbeContext,
): ChildProcess {
  const ids = user === undefined || commandPrefix !== undefined ? {} : { uid: user.uid, gid: user.gid };
  return spawn(program, args, {
    env: { ...(env ?? { PATH: globalThis.process.env['PATH'] ?? '/usr/bin:/bin' }) },
    ...(cwd === undefined ? {} : { cwd }),
    ...ids,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Kills whatever is left of the group, and lets go of the pipes. */
function release(child: ChildProcess): void {
  if (child.pid !== undefined) killGroup(child.pid);
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function killGroup(leader: number): void {
  try {
    globalThis.process.kill(-leader, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

function spawnFailure(program: string, error: NodeJS.ErrnoException): ProbeFailure {
  const why =
    error.code === 'ENOENT'
      ? 'it, or the working directory, does not exist'
      : error.code === 'EACCES'
        ? 'it is not executable'
        : error.message;
  return new ProbeFailure(`cannot run ${program}: ${why}`);
}

function exitFailure({
  code,
  signal,
  output,
}: {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: OutputTail;
}): ProbeFailure {
  const how = signal === null ? `exit ${code}` : `killed by ${signal}`;
  const said = output.lastLine();
  return new ProbeFailure(said === '' ? how : `${how}: ${said}`, {
    ...(signal === null ? { exitCode: code ?? -1 } : { signal }),
    output: output.text(),
  });
}
