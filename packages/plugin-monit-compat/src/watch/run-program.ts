import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Clock } from '@tappet/core';
import type { Command } from '../language/ast.ts';

/** How a program that an action ran has ended. */
export interface ProgramEnd {
  /** Undefined when it could not be run, was killed by a signal, or overran its time. */
  readonly code: number | undefined;
  readonly timedOut: boolean;
  /** Why it could not be run. */
  readonly error: string | undefined;
  /** The beginning of what it said, errors first. */
  readonly output: string;
}

export interface RunProgramInput {
  readonly command: Command;
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: no limit. */
  readonly timeoutMs: number | undefined;
  readonly clock: Clock;
}

/** Runs programs of a control file. Injected, so that a rehearsal and a test need none. */
export type RunProgram = (input: RunProgramInput) => Promise<ProgramEnd>;

const KEPT = 512;

/**
 * Runs a start, stop, restart or exec program: no shell, its own session and group, our environment with the MONIT_* variables, and
 * its user and group when given. Over its time its group is killed; what has left the group by then lives on.
 */
export const runProgram: RunProgram = ({ command, env, timeoutMs, clock }) => {
  const [file = '', ...args] = command.argv;
  const account = accountOf(command);
  return new Promise((resolve) => {
    const output = { stderr: '', stdout: '' };
    let timedOut = false;
    const child = spawn(file, args, {
      detached: true,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...account.env, ...env },
      ...account.ids,
    });
    collect(child, output);
    const timer =
      timeoutMs === undefined
        ? undefined
        : clock.setTimer(timeoutMs, () => {
            timedOut = true;
            killGroup(child);
          });
    const end = (code: number | undefined, error: string | undefined): void => {
      timer?.cancel();
      resolve({ code: timedOut ? undefined : code, timedOut, error, output: joined(output) });
    };
    child.once('error', (error) => end(undefined, error.message));
    child.once('exit', (code) => end(code ?? undefined, undefined));
  });
};

interface Account {
  readonly env: Readonly<Record<string, string>>;
  readonly ids: { readonly uid?: number; readonly gid?: number };
}

// `as uid` without a group gets the primary group of the user: root's group is no group for it.
function accountOf({ uid, gid }: Command): Account {
  const entry = uid === undefined ? undefined : passwdEntry(uid);
  const group = gid ?? entry?.gid;
  return {
    env: entry === undefined ? {} : { HOME: entry.home, USER: entry.name, LOGNAME: entry.name },
    ids: { ...(uid === undefined ? {} : { uid }), ...(group === undefined ? {} : { gid: group }) },
  };
}

function passwdEntry(uid: number): { name: string; gid: number; home: string } | undefined {
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [name = '', , id, gid, , home = '/'] = line.split(':');
      if (id === String(uid)) return { name, gid: Number(gid), home };
    }
  } catch {
    // Without the table only the numbers are known.
  }
  return undefined;
}

// A program may leave a daemon behind that goes on writing here: it is read, so that it never blocks, and dropped.
function collect(child: ChildProcess, output: { stderr: string; stdout: string }): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name];
    stream?.setEncoding('utf8').on('data', (text: string) => {
      if (output[name].length < KEPT) output[name] += text;
    });
    stream?.on('error', () => undefined);
    if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
}

function joined({ stderr, stdout }: { stderr: string; stdout: string }): string {
  return `${stderr}${stdout}`.trim().slice(0, KEPT);
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
