import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SupervisorStatus } from '@tappet/core';
import { runtimeDirectory, sleep, systemClock, TappetError } from '@tappet/core';
import { connect, controlSocket } from '@tappet/plugin-control/client';
import { type Invocation, textOption } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { projectOf } from '../config/project.ts';
import { configSource } from '../read-config.ts';
import { daemonArgv } from './daemon-argv.ts';
import { LOG_VARIABLE, openLog } from './detached-log.ts';

const POLL_MS = 50;

/** `tappet up --detach`: a daemon in a session of its own. Resolves once its services are up, or with its exit code. */
export async function detach(invocation: Invocation): Promise<number> {
  const { options, io } = invocation;
  const project = textOption(options, 'project') ?? (await projectFrom(textOption(options, 'config'), io.cwd));
  const directory = runtimeDirectory(project, io.env, process.getuid?.() ?? 0);
  const socket = controlSocket(directory);
  const running = await statusOf(socket);
  if (running !== undefined) {
    throw new TappetError(`cannot start ${project}: it is running already (PID ${running.pid})`, {
      code: 'ERR_STORE_LOCKED',
      hint: 'see "tappet status"; to apply a changed configuration use "tappet reload"',
    });
  }
  mkdirSync(dirname(directory), { recursive: true, mode: 0o755 });
  // Beside the directory, not in it: that one is emptied when a supervisor has gone down, and then its log is wanted most.
  const log = `${directory}.log`;
  const daemon = start(daemonArgv(invocation, { without: ['detach'] }), log);
  const up = await whenUp(socket, daemon);
  if (typeof up === 'number') {
    io.err(daemon.written());
    return up;
  }
  io.out(upText(up, log));
  return EXIT.fine;
}

async function projectFrom(config: string | undefined, cwd: string): Promise<string> {
  return projectOf((await configSource(config, cwd)).file);
}

interface Daemon {
  /** Resolves with the exit code when it ends. */
  readonly ended: Promise<number>;
  /** What this daemon has written to its log so far. */
  written(): string;
}

function start([command = '', ...args]: readonly string[], log: string): Daemon {
  const fd = openLog(log);
  const from = fstatSync(fd).size;
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', fd, fd],
    env: { ...process.env, [LOG_VARIABLE]: log },
  });
  closeSync(fd);
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? EXIT.failed));
  });
  child.unref();
  return { ended, written: () => readFileSync(log).subarray(from).toString('utf8') };
}

/** Resolves with the status once the services are up, or with the exit code when the daemon ended before. */
async function whenUp(socket: string, daemon: Daemon): Promise<SupervisorStatus | number> {
  for (;;) {
    const status = await statusOf(socket);
    if (status?.phase === 'running') return status;
    const code = await Promise.race([daemon.ended, sleep(systemClock, POLL_MS)]);
    if (code !== undefined) return code;
  }
}

function statusOf(socket: string): Promise<SupervisorStatus | undefined> {
  return connect({ socket })
    .status()
    .catch(() => undefined);
}

function upText({ project, pid, services }: SupervisorStatus, log: string): string {
  const failed = services.filter(({ state }) => state === 'FAILED').map(({ name }) => name);
  const lines = [`${project} is up (PID ${pid}), its log is ${log}`];
  if (failed.length > 0) lines.push(`failed: ${failed.join(', ')} (see "tappet why ${failed[0]}")`);
  return lines.map((line) => `${line}\n`).join('');
}
