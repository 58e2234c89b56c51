/** One file of a log: the one being written, or an old one. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly isCompressed: boolean;
  /** Tells it from another file that has its name by now. */
  readonly inode: number;
}

/** A log of a service as `files` of the control API tells it: plain values. */
export interface StoredLog {
  readonly service: string;
  readonly stream: 'output' | 'stdout' | 'stderr';
  /** The file being written. */
  readonly path: string;
  /** Undefined while there is none. */
  readonly current?: StoredFile;
  /** Old ones, newest first. */
  readonly archives: readonly StoredFile[];
}

/** What `files` answers. */
export interface StoredLogs {
  readonly logs: readonly StoredLog[];
  /** Most bytes for all of them together, null without a limit. */
  readonly budget: number | null;
}
