import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { createAdopter } from './adopt.ts';
import { createBatches } from './batches.ts';
import { openCgroupTree } from './cgroup.ts';
import { createChannels } from './channels.ts';
import type { ProcessLayer } from './contract.ts';
import { createFollower } from './follow.ts';
import { findSetpriv } from './identity-switch.ts';
import { launchRecords } from './launch-records.ts';
import { checkName } from './names.ts';
import { createProcessTable } from './process-table.ts';
import { createScriptRunner } from './script.ts';
import { createServiceProcesses } from './service-processes.ts';
import { createStarter } from './start.ts';
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
  const { directory, projectId, log, clock, cgroups = true, setpriv: useSetpriv = true } = options;
  checkName('projectId', projectId);
  const workspace = openWorkspace(directory);
  const tree = cgroups ? openCgroupTree(projectId) : 'cgroups are switched off';
  const notes = new Set<string>();
  if (typeof tree === 'string') {
    notes.add(`${tree}: a process that leaves its session and clears its environment outlives a stop`);
  }
  const table = createProcessTable();
  const records = launchRecords(workspace.launches);
  const follower = createFollower(clock);
  const channels = createChannels({ workspace, log, clock, useSetpriv, maxReaders: options.maxReaders, notes });
  const processes = createServiceProcesses({
    projectId,
    tree: typeof tree === 'string' ? undefined : tree,
    table,
    records,
    clock,
    hasPredecessor: workspace.hasPredecessor,
  });
  const shared = { workspace, records, follower, channels, processes, log, clock, useSetpriv };
  const batches = createBatches(STARTS_PER_TURN);
  const starter = createStarter({ ...shared, batches });
  const adopter = createAdopter({ ...shared, table });
  const scripts = createScriptRunner({ ...shared, batches });

  return {
    prepare: (services) => channels.prepare(services),
    channel: (service) => channels.of(service),
    async spawn(request) {
      checkRequest(request);
      if (useSetpriv && findsNoSetpriv(request.spec.user)) {
        notes.add('setpriv (util-linux) is not installed: services run without the supplementary groups of their user');
      }
      return starter.start(request);
    },
    async adopt(request, identity) {
      checkRequest(request);
      return adopter.adopt(request, identity);
    },
    async runScript(request) {
      checkName('service', request.service);
      checkName('label', request.label);
      return scripts.run(request);
    },
    async sweepService(service, timeoutMs) {
      checkName('service', service);
      return processes.sweepAll(service, timeoutMs);
    },
    notes: () => [...notes],
    async close() {
      follower.close();
      starter.close();
      adopter.close();
      await channels.close();
    },
  };
}

function checkRequest({ service, generation }: { service: string; generation: string }): void {
  checkName('service', service);
  checkName('generation', generation);
}

function findsNoSetpriv(user: string | undefined): boolean {
  return user !== undefined && process.getuid?.() === 0 && findSetpriv() === undefined;
}
