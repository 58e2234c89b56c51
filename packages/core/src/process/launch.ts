import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { SpawnError } from '../errors/index.ts';
import type { ServiceCgroup } from './cgroup.ts';
import type { ChildOutput } from './channel.ts';
import type { ProcessIdentity, SpawnRequest } from './contract.ts';
import { bootId } from './identity.ts';
import { identitySwitch } from './identity-switch.ts';
import type { LayerParts } from './layer-parts.ts';
import { openPipeForChild } from './pipes.ts';
import { MARKER_VARIABLE } from './process-table.ts';
import { checkStart } from './start-check.ts';
import { durableArgv, splitEnvironment, wrapperArgv } from './wrapper.ts';

/** A start with everything looked up: only the fork is missing. */
export interface Launch {
  readonly request: SpawnRequest;
  readonly argv: readonly string[];
  readonly env: Record<string, string>;
  readonly spawnIds: { readonly uid: number; readonly gid: number } | undefined;
  readonly cgroup: ServiceCgroup | undefined;
}

/** Throws SpawnError in words when it cannot work. */
export function prepareLaunch(request: SpawnRequest, parts: LayerParts): Launch {
  const { service, spec, generation, notifyFd, durable } = request;
  const { processes, records, workspace, useSetpriv } = parts;
  if (notifyFd !== undefined && !(Number.isInteger(notifyFd) && notifyFd >= 3 && notifyFd <= 255)) {
    throw new SpawnError(`cannot start ${service}: notify_fd must be from 3 to 255, received ${notifyFd}`);
  }
  const program = checkStart({ service, spec });
  const identity = identitySwitch({ service, user: spec.user, group: spec.group, useSetpriv });
  const marker = processes.marker(service, generation);
  const { env, argv } = splitEnvironment({ ...identity?.env, ...spec.env, [MARKER_VARIABLE]: marker });
  const cgroup = processes.cgroup(service);
  const spawnIds = identity?.spawnIds;
  // Without setpriv the wrapper itself runs as the user and cannot reach our files: see recordFromOutside.
  const own = (path: string | undefined): string => (spawnIds === undefined ? (path ?? '') : '');
  const wrapped = wrapperArgv(
    {
      umask: spec.umask,
      cgroupEntrance: own(cgroup?.entrance),
      recordFile: own(records.path(request)),
      recordHead: records.head({ bootId: bootId(), cgroup: cgroup?.directory }),
      fence: own(workspace.fence),
    },
    [...(identity?.argv ?? []), ...argv, program, ...spec.args],
  );
  const isDurable = durable && spawnIds === undefined;
  return {
    request,
    env,
    spawnIds,
    cgroup,
    argv: isDurable ? durableArgv(records.exitPath(request), wrapped) : wrapped,
  };
}

/** Forks. Rejects with SpawnError when the system refuses. */
export async function spawnLaunch(launch: Launch, { channels }: LayerParts): Promise<ChildProcess> {
  const { request, argv, env, spawnIds } = launch;
  const { service, spec, notifyFd } = request;
  const [shell = '/bin/sh', ...args] = argv;
  let output: ChildOutput | undefined;
  let notify: number | undefined;
  try {
    output = channels.of(service).openForChild({ tellsEnd: request.forkingPidFile !== undefined });
    const stdio: ('ignore' | number)[] = ['ignore', output.stdout, output.stderr];
    if (notifyFd !== undefined) {
      notify = openPipeForChild(channels.notifyPath(service));
      while (stdio.length < notifyFd) stdio.push('ignore');
      stdio.push(notify);
    }
    const child = spawn(shell, args, { detached: true, cwd: spec.cwd, env, stdio, ...spawnIds });
    // Node reports a failed fork or exec with an event of the next turn.
    if (child.pid === undefined) throw await new Promise((resolve) => void child.once('error', resolve));
    return child;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SpawnError(`cannot start ${service}: ${why}`, { cause, hint: hintFor(cause) });
  } finally {
    output?.close();
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

/** Does for a wrapper that runs as another user what it cannot do itself; a moment later than it would. */
export function recordFromOutside(
  launch: Launch,
  { leader, parts }: { leader: ProcessIdentity; parts: LayerParts },
): void {
  const { request, cgroup, spawnIds } = launch;
  if (spawnIds === undefined) return;
  try {
    cgroup?.admit(leader.pid);
    // Not said to be contained: it may have forked before it was moved.
    parts.records.write(request, { identity: leader, cgroup: undefined });
  } catch (error) {
    parts.log.warn({ service: request.service, error }, `the start of ${request.service} could not be recorded`);
  }
}
