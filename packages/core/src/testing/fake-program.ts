/** How a fake process behaves. Everything is optional: `{}` runs until a signal ends it. Times count from its start. */
export interface FakeProgram {
  /** Ends by itself after this long (0 when only the next two are set): with `exitSignal`, else with `exitCode` (default 0). */
  readonly exitAfterMs?: number;
  readonly exitCode?: number;
  readonly exitSignal?: NodeJS.Signals;
  /** What signals do. Default: those that end a program end it at once, others nothing. SIGKILL cannot be changed. */
  readonly onSignal?: Readonly<Partial<Record<NodeJS.Signals, FakeReaction>>>;
  /** Output, each piece at its time. */
  readonly prints?: readonly {
    readonly afterMs: number;
    readonly text: string;
    readonly stream?: 'stdout' | 'stderr';
  }[];
  /** Lines on the notify descriptor, each at its time. */
  readonly notifies?: readonly { readonly afterMs: number; readonly line?: string }[];
  /** It cannot be started: the message of the SpawnError. */
  readonly spawnError?: string;
  /** Time that starting takes. Default 0. */
  readonly spawnMs?: number;
  /** Processes it leaves behind when it ends: a sweep finds them. Default 0. */
  readonly leavesBehind?: number;
  /** Time that a sweep takes. Default 0. */
  readonly sweepMs?: number;
}

/** What a program does with a signal. */
export type FakeReaction =
  | 'ignore'
  | {
      /** Default 0. */
      readonly afterMs?: number;
      /** Ends with this code; absent: it ends by the signal itself. */
      readonly code?: number;
      readonly prints?: string;
    };

/** Signals whose default is to do nothing to a running program (signal(7); stopping and going on is not simulated). */
const HARMLESS: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGCONT',
  'SIGCHLD',
  'SIGURG',
  'SIGWINCH',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
]);

/** What this program does when the signal arrives. */
export function reactionTo(program: FakeProgram, signal: NodeJS.Signals): FakeReaction {
  if (signal === 'SIGKILL') return {};
  return program.onSignal?.[signal] ?? (HARMLESS.has(signal) ? 'ignore' : {});
}
