import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Batches } from './batches.ts';
import type { Channels } from './channels.ts';
import type { Follower } from './follow.ts';
import type { LaunchRecords } from './launch-records.ts';
import type { ProcessTable } from './process-table.ts';
import type { ServiceProcesses } from './service-processes.ts';
import type { Workspace } from './workspace.ts';

/** What starting, adopting and running scripts share. */
export interface LayerParts {
  readonly workspace: Workspace;
  readonly records: LaunchRecords;
  readonly follower: Follower;
  readonly channels: Channels;
  readonly processes: ServiceProcesses;
  readonly table: ProcessTable;
  readonly batches: Batches;
  readonly log: Logger;
  readonly clock: Clock;
  readonly useSetpriv: boolean;
  /** What a child has without a wrapper that sets another one. */
  readonly umask: number | undefined;
}
