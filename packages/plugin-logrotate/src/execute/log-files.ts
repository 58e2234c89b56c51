import type { Ownership } from '../language/rules.ts';

/** What is known of a file, without following a link. */
export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  /** Permission bits only. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly accessedMs: number;
  readonly modifiedMs: number;
}

/** How old logs are removed. */
export interface Removal {
  readonly path: string;
  readonly shred: boolean;
  /** 0: the default of shred. */
  readonly shredCycles: number;
  readonly allowHardlink: boolean;
}

/** A file to compress beside itself. */
export interface Compression {
  readonly path: string;
  readonly target: string;
  readonly command: string;
  readonly options: readonly string[] | undefined;
  /** The log's name, for messages. */
  readonly log: string;
  /** The times that the compressed file gets; those of the file when absent. */
  readonly accessedMs?: number;
  readonly modifiedMs?: number;
  readonly nowMs: number;
}

/** A file to send. */
export interface Mailing {
  readonly path: string;
  readonly subject: string;
  readonly address: string;
  readonly command: string;
  /** Undefined: the file is sent as it is. */
  readonly uncompressCommand: string | undefined;
}

/** A file and where its content goes. */
export interface Copying {
  readonly from: string;
  readonly to: string;
  readonly nowMs: number;
}

/** What a method wants to have said. */
export interface Outcome {
  readonly notes: readonly { readonly level: 'debug' | 'error'; readonly message: string }[];
}

/**
 * Everything that rotation does to files, in the name of one account. Methods reject with a {@link FileProblem}
 * whose message says what could not be done. Implemented here, in a child process for `su`, and as a dry run.
 */
export interface LogFiles {
  /** Undefined when there is no such file. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** Names in a directory; none when it cannot be read. */
  list(directory: string): Promise<readonly string[]>;
  rename(from: string, to: string): Promise<void>;
  /** Makes an empty file that nobody else can have opened before its mode and owner are set. */
  create(path: string, ownership: Required<Ownership>): Promise<void>;
  copy(copying: Copying): Promise<Outcome>;
  /** Moves the content of a file that somebody goes on writing to. */
  copyTruncate(copying: Copying): Promise<Outcome>;
  truncate(path: string): Promise<void>;
  /** Leaves both the file and its compressed form; the target appears only when it is complete. */
  compress(compression: Compression): Promise<Outcome>;
  /** What an interrupted {@link compress} left behind for this file. */
  interrupted(path: string, target: string): Promise<'nothing' | 'half' | 'double'>;
  remove(removal: Removal): Promise<Outcome>;
  mail(mailing: Mailing): Promise<Outcome>;
  /** Ends what belongs to this account. The object can be used again afterwards. */
  close(): Promise<void>;
}

/** A file operation that failed; the message is what the user reads. */
export class FileProblem extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'FileProblem';
  }
}
