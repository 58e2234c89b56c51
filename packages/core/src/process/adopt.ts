import { type ServiceCgroup, serviceCgroup } from './cgroup.ts';
import { cgroupOf } from './cgroup-tree.ts';
import type { LastKnown, ProcessIdentity, RunningProcess, SpawnRequest } from './contract.ts';
import { followRunning } from './follow-running.ts';
import { ageMs, bootId, isAlive, livingStat, readIdentity, readStat } from './identity.ts';
import type { LaunchRecord } from './launch-records.ts';
import type { LayerParts } from './layer-parts.ts';
import { markerOf } from './process-table.ts';
import { createRunning } from './running.ts';

/** Takes over what an earlier supervisor started. Undefined: no main process of this service lives. */
export async function adoptService(
  wanted: SpawnRequest,
  { last, parts }: { last: LastKnown | undefined; parts: LayerParts },
): Promise<RunningProcess | undefined> {
  const { channels, clock } = parts;
  const found = await findMain({ request: wanted, last }, parts);
  const stat = found === undefined ? undefined : livingStat(found.identity);
  if (found === undefined || stat === undefined) return undefined;
  const request = { ...wanted, generation: found.generation };
  const leader = readIdentity(stat.session);
  const running = createRunning(
    {
      request,
      identity: found.identity,
      session: { id: stat.session, member: leader ?? found.identity },
      startedAtMs: clock.nowMs() - ageMs(stat.startTime),
      cgroup: cgroupOfService(found.identity.pid, request.service),
      wasBornInside: false,
      child: undefined,
    },
    parts,
  );
  channels.of(request.service).attach();
  followRunning({ request, running, parent: leader }, parts);
  return running;
}

interface Found {
  readonly identity: ProcessIdentity;
  readonly generation: string;
}

/**
 * The state file first, then what was recorded at the fork. The kernel's own knowledge, cgroup and environment, only helps out where
 * nothing was written at all: it cannot tell the main process from a child that leads a session, and what was written tells which of
 * the two is dead. Then the child is swept and the service started anew.
 */
async function findMain(
  { request, last }: { request: SpawnRequest; last: LastKnown | undefined },
  { records, processes, table, workspace }: LayerParts,
): Promise<Found | undefined> {
  const identity = last?.process;
  if (identity !== undefined && isAlive(identity)) return { identity, generation: request.generation };
  const prefix = processes.markerPrefix(request.service);
  const launches = records.of(request.service);
  for (const launch of launches) {
    const recorded = provenIdentity(launch, prefix);
    if (recorded !== undefined) return { identity: recorded, generation: launch.generation };
  }
  // The recorded launcher of a service in the background ends by itself.
  const mayHaveForked = request.forkingPidFile !== undefined && launches.length > 0;
  if (!mayHaveForked && (last !== undefined || launches.length > 0)) return undefined;
  const members = processes.members(request.service).flatMap(candidate);
  if (members.length > 0) return oldestLeader({ prefix, candidates: members });
  return workspace.hasPredecessor ? oldestLeader({ prefix, candidates: await table.recent() }) : undefined;
}

/** The process that a record names, if it is certainly still that one. */
function provenIdentity(record: LaunchRecord, prefix: string): ProcessIdentity | undefined {
  const { pid, startTime, generation, cgroup } = record;
  const identity = record.bootId === bootId() ? readIdentity(pid) : undefined;
  if (identity === undefined || startTime !== undefined)
    return identity?.startTime === startTime ? identity : undefined;
  const isInCgroup = cgroup !== undefined && cgroupOf(pid) === cgroup;
  return isInCgroup || markerOf(pid) === prefix + generation ? identity : undefined;
}

interface Candidate {
  readonly pid: number;
  readonly session: number;
  readonly startTime: number;
  readonly marker: string | undefined;
}

function candidate(pid: number): Candidate | [] {
  const stat = readStat(pid);
  return stat === undefined ? [] : { ...stat, marker: markerOf(pid) };
}

interface Candidates {
  readonly prefix: string;
  readonly candidates: readonly Candidate[];
}

/** The first process of a start leads its session; a script does so too, but its generation has a `:`. */
function oldestLeader({ prefix, candidates }: Candidates): Found | undefined {
  const leaders = candidates.flatMap(({ pid, session, startTime, marker }) => {
    const generation = marker?.startsWith(prefix) === true ? marker.slice(prefix.length) : undefined;
    const isPossible = generation !== undefined && !generation.includes(':');
    return pid === session && isPossible ? { pid, startTime, generation } : [];
  });
  const [oldest] = leaders.toSorted((a, b) => a.startTime - b.startTime);
  if (oldest === undefined) return undefined;
  const identity = { pid: oldest.pid, startTime: oldest.startTime, bootId: bootId() };
  return isAlive(identity) ? { identity, generation: oldest.generation } : undefined;
}

/** The cgroup that a process is in, if it is one that was made for this service, wherever its parent is. */
function cgroupOfService(pid: number, service: string): ServiceCgroup | undefined {
  const directory = cgroupOf(pid);
  const [parent, own] = directory?.split('/').slice(-2) ?? [];
  if (directory === undefined || own !== service || parent?.startsWith('tappet-') !== true) return undefined;
  return serviceCgroup(directory);
}
