import { type ChildProcess, spawn } from 'node:child_process';
import type { Command } from '../language/ast.ts';
import type { Sample } from '../engine/sample.ts';

export interface ProgramRun {
  /** The result once the program has ended, undefined while it runs. Reading it does not end anything. */
  readonly sample: () => Sample | undefined;
  /** Kills the program when its time is over; called at poll granularity, as the reference program does. */
  readonly checkTimeout: (nowMs: number) => void;
  /** Resolves when the program has ended and its output is read. */
  readonly done: Promise<void>;
  readonly kill: () => void;
}

export interface ProgramInput {
  readonly command: Command;
  readonly timeoutMs: number;
  readonly nowMs: number;
  readonly env: Readonly<Record<string, string>>;
  /** `set limits { programOutput }`: what is kept of the output. */
  readonly outputBytes: number;
}

/** The exit value of a program that was killed because its time was over. */
const TIMEOUT_STATUS = 9;

/** Starts a check program in its own group. Its result is judged in a later pass: `sample()` says when there is one. */
export function startProgram({ command, timeoutMs, nowMs, env, outputBytes }: ProgramInput): ProgramRun {
  const [file = '', ...args] = command.argv;
  const output = { stderr: '', stdout: '' };
  let result: Sample | undefined;
  let isOverdue = false;
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(command.uid === undefined ? {} : { uid: command.uid }),
    ...(command.gid === undefined ? {} : { gid: command.gid }),
  });
  collect(child, output, outputBytes);
  const done = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      result ??= { presence: 'unreadable', reason: `cannot run ${file}: ${error.message}`, facts: {} };
      resolve();
    });
    child.once('close', (code, signal) => {
      const status = isOverdue ? TIMEOUT_STATUS : (code ?? (signal === null ? 0 : 128));
      result ??= { presence: 'present', facts: { status, lines: joinOutput(output, outputBytes) } };
      resolve();
    });
  });
  const kill = (): void => killGroup(child);
  return {
    sample: () => result,
    checkTimeout: (now) => {
      if (result !== undefined || now - nowMs <= timeoutMs) return;
      isOverdue = true;
      kill();
    },
    done,
    kill,
  };
}

function collect(child: ChildProcess, output: { stderr: string; stdout: string }, limit: number): void {
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      if (output[name].length < limit) output[name] += text;
    });
  }
}

// Errors first, as the reference program joins them.
function joinOutput({ stderr, stdout }: { stderr: string; stdout: string }, limit: number): string[] {
  const text = `${stderr}${stderr !== '' && stdout !== '' && !stderr.endsWith('\n') ? '\n' : ''}${stdout}`.slice(
    0,
    limit,
  );
  return text.replace(/\n$/, '').split('\n');
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
