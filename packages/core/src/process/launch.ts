import { SpawnError } from '../errors/index.ts';
import type { ServiceCgroup } from './cgroup.ts';
import type { ProcessIdentity, SpawnRequest } from './contract.ts';
import { bootId } from './identity.ts';
import { identitySwitch } from './identity-switch.ts';
import type { LayerParts } from './layer-parts.ts';
import { MARKER_VARIABLE } from './process-table.ts';
import { checkStart } from './start-check.ts';
import { durableArgv, splitEnvironment, wrapperArgv } from './wrapper.ts';

/** What is executed, with which environment. */
export interface Execution {
  readonly argv: readonly string[];
  readonly env: Record<string, string>;
}

/** A start with everything looked up: only the fork is missing. */
export interface Launch {
  readonly request: SpawnRequest;
  /** Absolute path. */
  readonly program: string;
  /** The program itself, for a child that is born in its cgroup; undefined when the wrapper does more than taking it in there. */
  readonly bare: Execution | undefined;
  /** What every start can do. Seldom needed, so only worked out then. */
  readonly wrapped: () => Execution;
  readonly spawnIds: { readonly uid: number; readonly gid: number } | undefined;
  readonly cgroup: ServiceCgroup | undefined;
}

/** Throws SpawnError in words when it cannot work. */
export function prepareLaunch(request: SpawnRequest, parts: LayerParts): Launch {
  const { service, spec, generation, notifyFd, durable } = request;
  const { processes, useSetpriv } = parts;
  if (notifyFd !== undefined && !(Number.isInteger(notifyFd) && notifyFd >= 3 && notifyFd <= 255)) {
    throw new SpawnError(`cannot start ${service}: notify_fd must be from 3 to 255, received ${notifyFd}`);
  }
  const program = checkStart({ service, spec });
  const identity = identitySwitch({ service, user: spec.user, group: spec.group, useSetpriv });
  const env = { ...identity?.env, ...spec.env, [MARKER_VARIABLE]: processes.marker(service, generation) };
  const argv = [program, ...spec.args];
  const switching = identity?.argv ?? [];
  const spawnIds = identity?.spawnIds;
  const cgroup = processes.cgroup(service);
  const isDurable = durable && spawnIds === undefined;
  const isPlain = !isDurable && spec.umask === parts.umask;
  return {
    request,
    program,
    bare: isPlain ? { argv: [...switching, ...argv], env } : undefined,
    wrapped: () => wrap({ request, argv, env, switching, isDurable, cgroup, isSelf: spawnIds === undefined }, parts),
    spawnIds,
    cgroup,
  };
}

interface Wrapping extends Execution {
  readonly request: SpawnRequest;
  /** What becomes another user. */
  readonly switching: readonly string[];
  readonly isDurable: boolean;
  readonly cgroup: ServiceCgroup | undefined;
  /** Whether the wrapper runs as the supervisor does. Else it cannot reach our files: see recordFromOutside. */
  readonly isSelf: boolean;
}

function wrap({ request, switching, isDurable, cgroup, isSelf, ...bare }: Wrapping, parts: LayerParts): Execution {
  const { records, workspace } = parts;
  const { env, argv } = splitEnvironment(bare.env);
  const own = (path: string | undefined): string => (isSelf ? (path ?? '') : '');
  const steps = {
    umask: request.spec.umask,
    cgroupEntrance: own(cgroup?.entrance),
    recordFile: own(records.path(request)),
    recordHead: records.head({ bootId: bootId(), cgroup: cgroup?.directory }),
    fence: own(workspace.fence),
  };
  const wrapped = wrapperArgv(steps, [...switching, ...argv, ...bare.argv]);
  return { argv: isDurable ? durableArgv(records.exitPath(request), wrapped) : wrapped, env };
}

/** Does what no wrapper did, or what one that runs as another user cannot do itself; a moment later than it would. */
export function recordFromOutside(
  launch: Launch,
  { leader, wasBornInside, parts }: { leader: ProcessIdentity; wasBornInside: boolean; parts: LayerParts },
): void {
  const { request, cgroup, spawnIds } = launch;
  if (wasBornInside) return parts.records.write(request, { identity: leader, cgroup: cgroup?.directory });
  if (spawnIds === undefined) return;
  try {
    cgroup?.admit(leader.pid);
    // Not said to be contained: it may have forked before it was moved.
    parts.records.write(request, { identity: leader, cgroup: undefined });
  } catch (error) {
    parts.log.warn({ service: request.service, error }, `the start of ${request.service} could not be recorded`);
  }
}
