import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { SpawnError } from '../errors/index.ts';
import type { Logger } from '../log.ts';
import type { Batches } from './batches.ts';
import type { ServiceCgroup } from './cgroup.ts';
import type { Channels } from './channels.ts';
import type { ProcessIdentity, RunningProcess, SpawnRequest } from './contract.ts';
import type { Follower } from './follow.ts';
import { followForked } from './forked.ts';
import { bootId, readStat } from './identity.ts';
import { identitySwitch } from './identity-switch.ts';
import type { LaunchRecords } from './launch-records.ts';
import { readNotifications } from './notify.ts';
import { stampOf } from './pid-file.ts';
import { openPipeForChild } from './pipes.ts';
import { MARKER_VARIABLE } from './process-table.ts';
import { Running } from './running.ts';
import type { ServiceProcesses } from './service-processes.ts';
import { checkStart } from './start-check.ts';
import type { Workspace } from './workspace.ts';
import { durableArgv, splitEnvironment, wrapperArgv } from './wrapper.ts';

/** What starting, adopting and scripts share. */
export interface LayerParts {
  readonly workspace: Workspace;
  readonly records: LaunchRecords;
  readonly follower: Follower;
  readonly channels: Channels;
  readonly processes: ServiceProcesses;
  readonly log: Logger;
  readonly clock: Clock;
  readonly useSetpriv: boolean;
}

export interface Starter {
  start(request: SpawnRequest): Promise<RunningProcess>;
  /** Lets go of all children without touching them. */
  close(): void;
}

export function createStarter(parts: LayerParts & { readonly batches: Batches }): Starter {
  const { channels, processes, records, clock, batches } = parts;
  const alive = new Set<Running>();

  return {
    async start(request) {
      const { service, spec, notifyFd } = request;
      const ready = channels.ready(service, spec, notifyFd !== undefined);
      if (ready !== undefined) await ready;
      const clearing = processes.clear(service);
      if (clearing !== undefined) await clearing;
      const turn = batches.turn();
      if (turn !== undefined) await turn;

      const launch = prepareLaunch(request, parts);
      const stamp = request.forkingPidFile === undefined ? '' : stampOf(request.forkingPidFile);
      const startedAtMs = clock.nowMs();
      const child = await spawnChild(service, launch, parts);
      const leader = identityOfChild(child);
      if (launch.isUnprivileged) recordAfterwards({ request, launch, leader }, parts);
      const identity = request.durable ? await mainOfDurable({ request, child, leader }, parts) : leader;
      const notification = notifyFd === undefined ? undefined : readNotifications(service, channels);
      const running = new Running({
        identity,
        leader,
        adopted: false,
        generation: request.generation,
        startedAtMs,
        notified: notification?.first,
        cgroup: launch.cgroup,
        child,
        nowMs: () => clock.nowMs(),
        sweep: (self, timeoutMs) => processes.sweepRunning(service, self, timeoutMs),
      });
      if (notification !== undefined) {
        notification.onLine = (line) => running.onNotifyLine?.(line);
        running.cleanups.add(notification.close);
      }
      alive.add(running);
      running.cleanups.add(() => alive.delete(running));
      processes.started(service, running);
      onChildExit(child, ({ code, signal }) => {
        running.leaderEnded();
        if (code === 0 && request.forkingPidFile !== undefined) {
          followForked({ request, running, stamp, launcher: leader }, parts);
        } else {
          records.remove(request);
          running.ended({ code, signal });
        }
      });
      return running;
    },
    close() {
      for (const running of [...alive]) running.release();
    },
  };
}

interface Launch {
  readonly argv: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly notifyFd: number | undefined;
  readonly spawnIds: { readonly uid: number; readonly gid: number } | undefined;
  readonly cgroup: ServiceCgroup | undefined;
  /** The wrapper runs as the service's user and cannot reach our files: we write the record and move it ourselves. */
  readonly isUnprivileged: boolean;
}

function prepareLaunch(request: SpawnRequest, parts: LayerParts): Launch {
  const { service, spec, generation, notifyFd, durable } = request;
  const { processes, records, workspace, useSetpriv } = parts;
  if (notifyFd !== undefined && !(Number.isInteger(notifyFd) && notifyFd >= 3 && notifyFd <= 255)) {
    throw new SpawnError(`cannot start ${service}: notify_fd must be from 3 to 255, received ${notifyFd}`);
  }
  const program = checkStart({ service, spec });
  const identity = identitySwitch({ service, user: spec.user, group: spec.group, useSetpriv });
  const isUnprivileged = identity?.spawnIds !== undefined;
  const marker = processes.marker(service, generation);
  const { env, argv } = splitEnvironment({ ...identity?.env, ...spec.env, [MARKER_VARIABLE]: marker });
  const cgroup = processes.cgroup(service);
  const wrapped = wrapperArgv(
    {
      umask: spec.umask,
      cgroupProcs: cgroup === undefined || isUnprivileged ? '' : join(cgroup.directory, 'cgroup.procs'),
      recordFile: isUnprivileged ? '' : records.path(request),
      recordHead: records.head({ bootId: bootId(), cgroup: cgroup?.directory }),
      fence: isUnprivileged ? '' : workspace.fence,
    },
    [...(identity?.argv ?? []), ...argv, program, ...spec.args],
  );
  return {
    argv: durable && !isUnprivileged ? durableArgv(records.exitPath(request), wrapped) : wrapped,
    env,
    cwd: spec.cwd,
    notifyFd,
    spawnIds: identity?.spawnIds,
    cgroup,
    isUnprivileged,
  };
}

async function spawnChild(service: string, launch: Launch, { channels }: LayerParts): Promise<ChildProcess> {
  const { argv, env, cwd, notifyFd, spawnIds } = launch;
  const [shell = '/bin/sh', ...args] = argv;
  const output = channels.of(service).openForChild();
  const notify = notifyFd === undefined ? undefined : openPipeForChild(channels.notifyPath(service));
  const stdio: ('ignore' | number)[] = ['ignore', output.stdout, output.stderr];
  if (notify !== undefined && notifyFd !== undefined) {
    while (stdio.length < notifyFd) stdio.push('ignore');
    stdio.push(notify);
  }
  try {
    const child = spawn(shell, args, { detached: true, cwd, env, stdio, ...spawnIds });
    if (child.pid === undefined) {
      // Node reports a failed fork or exec with an event of the next turn.
      throw await new Promise((resolve) => child.once('error', resolve));
    }
    return child;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SpawnError(`cannot start ${service}: ${why}`, { cause, hint: hintFor(cause) });
  } finally {
    output.close();
    if (notify !== undefined) closeSync(notify);
  }
}

function hintFor(cause: unknown): string | undefined {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  if (code === 'EMFILE' || code === 'ENFILE') return 'raise the limit on open files (ulimit -n)';
  if (code === 'EAGAIN') return 'raise the limit on processes (ulimit -u, pids.max of the cgroup)';
  if (code === 'E2BIG') return 'shorten args and env';
  return undefined;
}

/** Read while the child cannot have been collected yet, so the number is certainly its own. */
function identityOfChild(child: ChildProcess): ProcessIdentity {
  const pid = child.pid ?? 0;
  return { pid, startTime: readStat(pid)?.startTime ?? 0, bootId: bootId() };
}

function recordAfterwards(
  { request, launch, leader }: { request: SpawnRequest; launch: Launch; leader: ProcessIdentity },
  { records, log }: LayerParts,
): void {
  try {
    if (launch.cgroup !== undefined) writeFileSync(join(launch.cgroup.directory, 'cgroup.procs'), String(leader.pid));
    const stat = `${leader.pid} (sh) R 0 ${leader.pid} ${leader.pid}${' 0'.repeat(15)} ${leader.startTime}`;
    writeFileSync(
      records.path(request),
      `${records.head({ bootId: leader.bootId, cgroup: launch.cgroup?.directory })} ${stat}\n`,
      { mode: 0o600 },
    );
  } catch (error) {
    log.warn({ service: request.service, error }, 'the start could not be recorded');
  }
}

const RECORD_TIMEOUT_MS = 5000;
const RECORD_LOOK_MS = 2;

/** The record is written by the child of our child; it tells which process the service is. */
async function mainOfDurable(
  { request, child, leader }: { request: SpawnRequest; child: ChildProcess; leader: ProcessIdentity },
  { records, clock }: LayerParts,
): Promise<ProcessIdentity> {
  const deadlineMs = clock.nowMs() + RECORD_TIMEOUT_MS;
  for (;;) {
    const identity = records.read(request)?.identity;
    if (identity !== undefined) return identity;
    if (child.exitCode !== null || child.signalCode !== null || clock.nowMs() >= deadlineMs) return leader;
    await new Promise<void>((resolve) => void clock.setTimer(RECORD_LOOK_MS, resolve));
  }
}

function onChildExit(
  child: ChildProcess,
  listener: (status: { code: number | undefined; signal: NodeJS.Signals | undefined }) => void,
): void {
  const tell = (code: number | null, signal: NodeJS.Signals | null): void =>
    listener({ code: code ?? undefined, signal: signal ?? undefined });
  if (child.exitCode !== null || child.signalCode !== null) tell(child.exitCode, child.signalCode);
  else child.once('exit', tell);
}
