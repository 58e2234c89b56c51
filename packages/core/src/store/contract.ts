import type { ProcessIdentity } from '../process/contract.ts';
import type { ExitInfo } from '../service/exit.ts';
import type { ServiceState } from '../service/state.ts';

/** What survives the supervisor, one file per service. Written after the process exists; the wrapper's own record comes first. */
export interface ServiceRecord {
  readonly version: 1;
  readonly service: string;
  readonly state: ServiceState;
  /** Hash of what the process was started with, to see after a restart of the supervisor whether it is still wanted so. */
  readonly specHash: string;
  readonly generation: string | undefined;
  readonly process: ProcessIdentity | undefined;
  readonly ready: boolean;
  readonly completed: boolean;
  readonly restarts: number;
  readonly starts: number;
  readonly failures: number;
  readonly consecutiveFailures: number;
  /** Its restart budget was spent. */
  readonly gaveUp: boolean;
  /** True after a user's stop, until a user's start. */
  readonly held: boolean;
  readonly lastExit: ExitInfo | undefined;
  readonly reason: string | undefined;
}

/** What survives of the daemon itself. */
export interface DaemonRecord {
  readonly version: 1;
  readonly pid: number;
  readonly startTime: number;
  readonly bootId: string;
  readonly project: string;
  readonly configFile: string | undefined;
  /** Set as soon as a shutdown began: a restarted daemon goes on with it. */
  readonly shutdown: { readonly reason: string; readonly exitCode: number } | undefined;
}

/** Where the supervisor keeps what must survive it. `null` stands for no store: an embedded supervisor needs none. */
export interface Store {
  /** The runtime directory, absolute, mode 0700. */
  readonly directory: string;
  /** Records of this boot. A damaged or foreign file is set aside, reported through `problems`, and left out. */
  readServices(): readonly ServiceRecord[];
  /** Queues a write; the newest record of a service wins, writes of one turn are done together. Never throws. */
  writeService(record: ServiceRecord): void;
  removeService(service: string): void;
  readDaemon(): DaemonRecord | undefined;
  writeDaemon(record: DaemonRecord): void;
  /** Writes everything queued, synchronously. */
  flush(): void;
  /** Problems since the last call: damaged files, a full disk. */
  problems(): readonly string[];
  /** Gives the lock back; `clean` removes the directory's content of a finished supervisor. */
  close(options: { clean: boolean }): void;
}
