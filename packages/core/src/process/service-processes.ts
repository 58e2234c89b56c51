import type { Clock } from '../clock.ts';
import type { ServiceCgroup } from './cgroup.ts';
import type { CgroupTree } from './cgroup-tree.ts';
import type { LaunchRecords } from './launch-records.ts';
import type { ProcessTable } from './process-table.ts';
import type { Running } from './running.ts';
import { type KnownSession, sweep } from './sweep.ts';

/** Which processes belong to which service, and how to get rid of them. */
export interface ServiceProcesses {
  /** To be awaited before anything else. The reason as text when there can be no cgroups after all. */
  join(): Promise<string | undefined>;
  /** The opposite of `join`, at the end. */
  leave(): Promise<void>;
  marker(service: string, generation: string): string;
  /** Beginning of the markers of all generations and scripts of a service. */
  markerPrefix(service: string): string;
  /** The cgroup for the next start, made if need be. Undefined: there are none on this machine. */
  cgroup(service: string): ServiceCgroup | undefined;
  /** Processes in the cgroup of a service. */
  members(service: string): readonly number[];
  /** A cgroup for one run of a script. */
  scriptCgroup(service: string, generation: string): ServiceCgroup | undefined;
  /** Kills what is left of earlier generations. Undefined: it is known that nothing is. */
  clear(service: string): Promise<number> | undefined;
  started(service: string, running: Running): void;
  sweepRunning(service: string, running: Running, timeoutMs: number): Promise<number>;
  sweepScript(script: {
    service: string;
    generation: string;
    session: KnownSession;
    cgroup: ServiceCgroup | undefined;
    timeoutMs: number;
  }): Promise<number>;
  sweepAll(service: string, timeoutMs: number): Promise<number>;
  /** Lets go of everything that runs, without touching it. */
  release(): void;
}

export interface ServiceProcessesOptions {
  readonly projectId: string;
  readonly tree: CgroupTree | undefined;
  readonly table: ProcessTable;
  readonly records: LaunchRecords;
  readonly clock: Clock;
  readonly hasPredecessor: boolean;
}

interface Tracked {
  readonly cgroup: ServiceCgroup | undefined;
  /** Cgroups that an earlier supervisor made elsewhere, or for scripts. */
  others: ServiceCgroup[];
  readonly running: Set<Running>;
  /** Nothing of it lives: no start happened since that was seen. */
  isClean: boolean;
  /** An earlier supervisor may have started processes outside the cgroup: the first sweep searches /proc. */
  isSuspect: boolean;
}

const CLEAR_TIMEOUT_MS = 5000;
/** Not allowed in the name of a service. */
const SCRIPT_SEPARATOR = ':';

export function createServiceProcesses(options: ServiceProcessesOptions): ServiceProcesses {
  const { projectId, table, records, clock, hasPredecessor } = options;
  let tree: CgroupTree | undefined = options.tree;
  const services = new Map<string, Tracked>();
  const found = tree?.names() ?? [];

  const markerPrefix = (service: string): string => `${projectId}/${service}/`;
  const marker = (service: string, generation: string): string => markerPrefix(service) + generation;

  function track(service: string): Tracked {
    const known = services.get(service);
    if (known !== undefined) return known;
    const leftovers = found.filter((name) => name.startsWith(service + SCRIPT_SEPARATOR));
    const tracked: Tracked = {
      cgroup: tree?.of(service),
      others: leftovers.flatMap((name) => tree?.of(name) ?? []),
      running: new Set(),
      isClean: !hasPredecessor && leftovers.length === 0 && !found.includes(service),
      isSuspect: hasPredecessor,
    };
    services.set(service, tracked);
    return tracked;
  }

  async function sweepService(service: string, timeoutMs: number): Promise<number> {
    const tracked = track(service);
    const { cgroup, others, running, isSuspect } = tracked;
    for (const one of running) one.check();
    const sessions = [...running].flatMap((one) => one.sessions);
    const killed = await sweep(
      {
        service,
        cgroups: [...(cgroup === undefined ? [] : [cgroup]), ...others, ...foreignCgroups(running, cgroup)],
        owns: (text) => text.startsWith(markerPrefix(service)),
        sessions,
        sinceTicks: 0,
        isContained: cgroup !== undefined && !isSuspect && [...running].every((one) => isContained(service, one)),
      },
      { table, clock, timeoutMs },
    );
    for (const other of others) other.remove();
    tracked.others = [];
    for (const one of running) records.remove({ service, generation: one.generation });
    running.clear();
    tracked.isSuspect = false;
    tracked.isClean = true;
    return killed;
  }

  function isContained(service: string, running: Running): boolean {
    if (running.wasBornInside) return true;
    return running.cgroup !== undefined && hasEntered({ service, generation: running.generation });
  }

  /** The wrapper notes in its record whether it was in the cgroup before it became the program. */
  function hasEntered(launch: { service: string; generation: string }): boolean {
    return records.read(launch)?.cgroup !== undefined;
  }

  return {
    async join() {
      try {
        await tree?.join();
        return undefined;
      } catch (error) {
        tree = undefined;
        services.clear();
        return (error as Error).message;
      }
    },
    async leave() {
      for (const { cgroup, others } of services.values()) {
        cgroup?.remove();
        for (const other of others) other.remove();
      }
      // Whether this works or not, nothing depends on it any more.
      await tree?.leave().catch(() => undefined);
    },
    marker,
    markerPrefix,
    cgroup(service) {
      const { cgroup } = track(service);
      return cgroup?.create() === true ? cgroup : undefined;
    },
    members: (service) => track(service).cgroup?.pids() ?? [],
    scriptCgroup(service, generation) {
      const cgroup = tree?.of(service + SCRIPT_SEPARATOR + generation);
      return cgroup?.create() === true ? cgroup : undefined;
    },
    clear(service) {
      return track(service).isClean ? undefined : sweepService(service, CLEAR_TIMEOUT_MS);
    },
    started(service, running) {
      const tracked = track(service);
      tracked.isClean = false;
      tracked.running.add(running);
    },
    async sweepRunning(service, running, timeoutMs) {
      const tracked = track(service);
      const killed = await sweep(
        {
          service,
          cgroups: running.cgroup === undefined ? [] : [running.cgroup],
          owns: (text) => text === marker(service, running.generation),
          sessions: running.sessions,
          // An adopted process may have elder siblings.
          sinceTicks: running.adopted ? 0 : (running.sessions[0]?.member.startTime ?? 0),
          isContained: isContained(service, running),
        },
        { table, clock, timeoutMs },
      );
      records.remove({ service, generation: running.generation });
      tracked.running.delete(running);
      if (tracked.running.size === 0 && !tracked.isSuspect) tracked.isClean = true;
      return killed;
    },
    async sweepScript({ service, generation, session, cgroup, timeoutMs }) {
      const killed = await sweep(
        {
          service,
          cgroups: cgroup === undefined ? [] : [cgroup],
          owns: (text) => text === marker(service, generation),
          sessions: [session],
          sinceTicks: session.member.startTime,
          isContained: cgroup !== undefined && hasEntered({ service, generation }),
        },
        { table, clock, timeoutMs },
      );
      cgroup?.remove();
      records.remove({ service, generation });
      return killed;
    },
    async sweepAll(service, timeoutMs) {
      const killed = await sweepService(service, timeoutMs);
      track(service).cgroup?.remove();
      records.removeAll(service);
      return killed;
    },
    release() {
      for (const { running } of services.values()) for (const one of running) one.release();
    },
  };
}

/** An adopted process may live in a cgroup that an earlier supervisor made under another parent. */
function foreignCgroups(running: ReadonlySet<Running>, own: ServiceCgroup | undefined): ServiceCgroup[] {
  return [...running].flatMap(({ cgroup }) =>
    cgroup === undefined || cgroup.directory === own?.directory ? [] : cgroup,
  );
}
