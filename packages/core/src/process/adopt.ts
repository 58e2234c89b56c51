import type { ProcessIdentity, RunningProcess, SpawnRequest } from './contract.ts';
import { cgroupOf, serviceCgroup } from './cgroup.ts';
import { followRunning } from './follow-running.ts';
import { ageMs, bootId, isAlive, livingStat, readIdentity, readStat } from './identity.ts';
import { readNotifications } from './notify.ts';
import { markerOf, type ProcessTable } from './process-table.ts';
import { Running } from './running.ts';
import type { LayerParts } from './start.ts';

export interface Adopter {
  adopt(request: SpawnRequest, identity: ProcessIdentity | undefined): Promise<RunningProcess | undefined>;
  /** Lets go of everything adopted. */
  close(): void;
}

export function createAdopter(parts: LayerParts & { readonly table: ProcessTable }): Adopter {
  const { channels, processes, clock } = parts;
  const alive = new Set<Running>();

  return {
    async adopt(wanted, identity) {
      const found = await findMain({ request: wanted, identity }, parts);
      const stat = found === undefined ? undefined : livingStat(found.identity);
      if (found === undefined || stat === undefined) return undefined;
      const request = { ...wanted, generation: found.generation };
      const { service } = request;
      const leader = readIdentity(stat.session) ?? found.identity;
      const cgroup = cgroupOfService(found.identity.pid, `${request.service}`);
      const notification = request.notifyFd === undefined ? undefined : readNotifications(service, channels);
      const running = new Running({
        identity: found.identity,
        leader,
        adopted: true,
        generation: found.generation,
        startedAtMs: clock.nowMs() - ageMs(stat.startTime),
        notified: notification?.first,
        cgroup,
        child: undefined,
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
      followRunning({ request, running, leader }, parts);
      channels.of(service).attach();
      return running;
    },
    close() {
      for (const running of [...alive]) running.release();
    },
  };
}

interface Found {
  readonly identity: ProcessIdentity;
  readonly generation: string;
}

/** The state file first, then what the wrapper wrote, then the kernel's own knowledge: cgroup and environment. */
async function findMain(
  { request, identity }: { request: SpawnRequest; identity: ProcessIdentity | undefined },
  parts: LayerParts & { readonly table: ProcessTable },
): Promise<Found | undefined> {
  const { records, processes, table, workspace } = parts;
  if (identity !== undefined && isAlive(identity)) return { identity, generation: request.generation };
  const record = records.of(request.service).find((one) => isAlive(one.identity));
  if (record !== undefined) return record;
  const prefix = processes.markerPrefix(request.service);
  const members = processes.members(request.service);
  if (members !== undefined) {
    return oldestLeader({
      prefix,
      entries: members.flatMap((pid) => {
        const stat = readStat(pid);
        return stat === undefined ? [] : { ...stat, marker: markerOf(pid) };
      }),
    });
  }
  return workspace.hasPredecessor ? oldestLeader({ prefix, entries: await table.scan() }) : undefined;
}

interface Candidate {
  readonly pid: number;
  readonly session: number;
  readonly startTime: number;
  readonly marker: string | undefined;
}

/** The first process of a start leads its session; scripts do so too, but their generations have a `:`. */
function oldestLeader({ prefix, entries }: { prefix: string; entries: readonly Candidate[] }): Found | undefined {
  const leaders = entries
    .filter(({ pid, session, marker }) => pid === session && marker?.startsWith(prefix) === true)
    .filter(({ marker }) => marker?.includes(':') === false)
    .sort((a, b) => a.startTime - b.startTime);
  const [oldest] = leaders;
  if (oldest?.marker === undefined) return undefined;
  const identity = { pid: oldest.pid, startTime: oldest.startTime, bootId: bootId() };
  return { identity, generation: oldest.marker.slice(prefix.length) };
}

/** The cgroup that a process is in, if it is one that was made for this service, wherever its parent is. */
function cgroupOfService(pid: number, service: string) {
  const directory = cgroupOf(pid);
  const [own, parent] = directory?.split('/').reverse() ?? [];
  if (directory === undefined || own !== service || parent?.startsWith('tappet-') !== true) return undefined;
  return serviceCgroup(directory);
}
