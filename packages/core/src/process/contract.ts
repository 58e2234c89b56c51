import type { OutputSink, OutputStream, SpawnSpec } from '../hooks/events.ts';
import type { KillMode } from '../plan/plan.ts';

/** What makes a process itself and no other: a number is reused, these three together are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat. */
  readonly startTime: number;
  /** /proc/sys/kernel/random/boot_id */
  readonly bootId: string;
}

/** How a main process ended. Both undefined: nobody could collect the status of an adopted process. */
export interface ProcessExit {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly uptimeMs: number;
}

/** One start of a service: everything the process layer needs, nothing it does not. */
export interface SpawnRequest {
  readonly service: string;
  readonly spec: SpawnSpec;
  /** Unique for this start, part of the marker that every descendant inherits. */
  readonly generation: string;
  /** Descriptor of the child that gets a pipe for readiness lines. */
  readonly notifyFd: number | undefined;
  /** A parent `sh` stays and writes the exit code down. */
  readonly durable: boolean;
  /** `forking`: the process to follow is named by this file once the first one has ended. Absolute. */
  readonly forkingPidFile: string | undefined;
}

/** One started or adopted generation of a service. */
export interface RunningProcess {
  readonly identity: ProcessIdentity;
  readonly adopted: boolean;
  readonly generation: string;
  /** Milliseconds on the monotonic clock of the machine at which it was started (derived from the start time when adopted). */
  readonly startedAtMs: number;
  /** Resolves once when the main process is gone. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Resolves at the first newline on the notify descriptor, and again never; undefined without `notifyFd`. */
  readonly notified: Promise<void> | undefined;
  /** Resolves once the main process is known: for a `forking` service when the one in the background is followed, at once for all others. */
  readonly forked?: Promise<void>;
  /** Called for each line that arrives on the notify descriptor, without its newline (at most 4 KiB of it). */
  onNotifyLine: ((line: string) => void) | undefined;
  /** Sends a signal after checking the identity. False: nothing was there to be signalled. */
  signal(signal: NodeJS.Signals, target: KillMode): boolean;
  /**
   * Ends everything of this service and generation that still lives (SIGKILL; cgroup, group, session, marker) and
   * resolves with the number of processes killed once nothing is found any more. Rejects with StopTimeoutError when
   * something survives SIGKILL for `timeoutMs` (uninterruptible sleep).
   */
  sweep(timeoutMs: number): Promise<number>;
  /** Forgets the process without touching it: timers, watchers and descriptors are released. */
  release(): void;
}

/** The bytes of one service: its named pipe or pipes, the ring, and the sink in force. Lives as long as the service does. */
export interface OutputChannel {
  readonly service: string;
  /** Last bytes, oldest first, at most 64 KiB. */
  tail(): Uint8Array;
  /** Total bytes read since this supervisor started. */
  readonly bytesRead: number;
  /**
   * Replaces the sinks. The old ones are closed after the bytes read so far were handed over. `undefined`: bytes go to the ring only.
   * The factory gets the `resume` function of its stream.
   */
  setSinks(open: (stream: OutputStream, resume: () => void) => OutputSink | undefined): Promise<void>;
  /** Called with each chunk after the sink took it (for `tappet logs -f`, `ready_log`). The chunk is only valid during the call. Returns the unsubscribe function. */
  subscribe(listener: (chunk: Uint8Array, stream: OutputStream) => void): () => void;
  /** Resolves when everything written so far by ended processes was read, at most after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  /** Writes into the channel as if the service had written it. */
  inject(chunk: Uint8Array): void;
  /** Stops reading and closes the sinks; the named pipe stays for an adopter unless `remove`. */
  close(options: { remove: boolean }): Promise<void>;
}

/** What a script or action needs to run: same folder, environment and output as the service. */
export interface ScriptRequest {
  readonly service: string;
  readonly spec: SpawnSpec;
  /** Short word for file names and messages, such as `pre` or `pos`. */
  readonly label: string;
  readonly script:
    { readonly kind: 'inline'; readonly text: string } | { readonly kind: 'file'; readonly path: string };
  /** 0: no limit. At the limit the script's group is killed. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How a script ended. */
export interface ScriptResult {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly durationMs: number;
  /** Set when it could not be started at all. */
  readonly error?: string;
}

/** Which pipes a service needs and who owns them. What is left out is made up for at the first start. */
export interface ServicePipes {
  readonly name: string;
  readonly output: 'merged' | 'split';
  readonly user: string | undefined;
  readonly group?: string | undefined;
  /** It has a notify descriptor. */
  readonly notify?: boolean;
}

/** What an earlier supervisor knew of the process of a service. */
export interface LastKnown {
  /** Undefined: there was none when that was written. */
  readonly process: ProcessIdentity | undefined;
}

/** Everything the supervisor asks of the operating system for its services. The testing kit has a fake one. */
export interface ProcessLayer {
  /** Makes the pipes of all these services at once (one mkfifo call). Idempotent. */
  prepare(services: readonly ServicePipes[]): Promise<void>;
  channel(service: string): OutputChannel;
  /** Kills whatever is left of earlier generations of this service, then starts. Rejects with SpawnError. */
  spawn(request: SpawnRequest): Promise<RunningProcess>;
  /**
   * Takes a process over that an earlier supervisor started; undefined when it does not live any more. `last` is what that supervisor
   * wrote down of this service; undefined when nothing of it was found.
   */
  adopt(request: SpawnRequest, last: LastKnown | undefined): Promise<RunningProcess | undefined>;
  runScript(request: ScriptRequest): Promise<ScriptResult>;
  /** Kills everything that carries this service's marker, whatever the generation. For services removed from the plan. */
  sweepService(service: string, timeoutMs: number): Promise<number>;
  /** Lines for `status` about what this machine lacks (no setpriv, no cgroup …). */
  notes(): readonly string[];
  /** Closes readers and watchers. Processes are not touched. */
  close(): Promise<void>;
}
