import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { adoptService } from './adopt.ts';
import { createBatches } from './batches.ts';
import { openCgroupTree } from './cgroup-tree.ts';
import { createChannels } from './channels.ts';
import type { ProcessLayer, SpawnRequest } from './contract.ts';
import { createFollower } from './follow.ts';
import { findSetpriv } from './identity-switch.ts';
import { launchRecords } from './launch-records.ts';
import type { LayerParts } from './layer-parts.ts';
import { checkName } from './names.ts';
import { ownUmask } from './own-umask.ts';
import { createProcessTable } from './process-table.ts';
import { createScriptRunner } from './script.ts';
import { createServiceProcesses } from './service-processes.ts';
import { startService } from './start.ts';
import { openWorkspace } from './workspace.ts';

export interface ProcessLayerOptions {
  /** The runtime directory: exists, mode 0700, and its lock is held. */
  readonly directory: string;
  /** Part of the marker and of the cgroup's name: letters, digits, `.`, `_`, `-`. */
  readonly projectId: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** False: does without cgroups even where they are writable. Default true. */
  readonly cgroups?: boolean;
  /** False: does without setpriv even where it is installed. Default true. */
  readonly setpriv?: boolean;
  /** Most pipes that may be held open for reading at once. Default: what the limit on descriptors leaves. */
  readonly maxReaders?: number;
}

const STARTS_PER_TURN = 8;

/** The process layer of a machine with /proc and a POSIX shell. Takes charge of the runtime directory at once. */
export async function createProcessLayer(options: ProcessLayerOptions): Promise<ProcessLayer> {
  checkName('projectId', options.projectId);
  const notes = new Set<string>();
  const parts = assemble(options, notes);
  const { channels, follower, processes, useSetpriv } = parts;
  const scripts = createScriptRunner(parts);
  let joining: Promise<void> | undefined = processes.join().then((problem) => {
    if (problem !== undefined) notes.add(`${problem}: ${NO_CGROUP}`);
    joining = undefined;
  });

  return {
    prepare: (services) => channels.prepare(services),
    channel: (service) => channels.of(service),
    async spawn(request) {
      check(request);
      await joining;
      if (useSetpriv && lacksSetpriv(request.spec.user)) notes.add(NO_SETPRIV);
      return startService(request, parts);
    },
    async adopt(request, last) {
      check(request);
      await joining;
      return adoptService(request, { last, parts });
    },
    async runScript(request) {
      checkName('service', request.service);
      checkName('label', request.label);
      await joining;
      return scripts.run(request);
    },
    async sweepService(service, timeoutMs) {
      checkName('service', service);
      await joining;
      return processes.sweepAll(service, timeoutMs);
    },
    notes: () => [...notes],
    async close() {
      await joining;
      follower.close();
      processes.release();
      await channels.close();
      await processes.leave();
    },
  };
}

function assemble(options: ProcessLayerOptions, notes: Set<string>): LayerParts {
  const { directory, projectId, log, clock, cgroups = true, setpriv: useSetpriv = true, maxReaders } = options;
  const workspace = openWorkspace(directory);
  const tree = cgroups ? openCgroupTree(projectId) : 'cgroups are switched off';
  if (typeof tree === 'string') notes.add(`${tree}: ${NO_CGROUP}`);
  const table = createProcessTable(clock);
  const records = launchRecords(workspace.launches);
  const processes = createServiceProcesses({
    projectId,
    tree: typeof tree === 'string' ? undefined : tree,
    table,
    records,
    clock,
    hasPredecessor: workspace.hasPredecessor,
  });
  return {
    workspace,
    records,
    follower: createFollower(clock),
    channels: createChannels({ workspace, log, clock, maxReaders, notes }),
    processes,
    table,
    batches: createBatches(STARTS_PER_TURN),
    log,
    clock,
    useSetpriv,
    umask: ownUmask(),
  };
}

const NO_CGROUP = 'a process that leaves its session and clears its environment outlives a stop';
const NO_SETPRIV = 'setpriv (util-linux) is not installed: services run without the supplementary groups of their user';

function check({ service, generation }: SpawnRequest): void {
  checkName('service', service);
  checkName('generation', generation);
}

function lacksSetpriv(user: string | undefined): boolean {
  return user !== undefined && process.getuid?.() === 0 && findSetpriv() === undefined;
}
