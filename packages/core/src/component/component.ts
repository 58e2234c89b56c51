import type { Backoff } from './backoff.ts';

/** A part that blocks for as long as it lives: `run` resolves when it is over, `shutdown` makes it so. */
export interface RunComponent {
  /** Its signal aborts when it outlives its shutdown: return then. */
  run(signal: AbortSignal): Promise<void> | void;
  /** Asks `run` to return. */
  shutdown(signal: AbortSignal): Promise<void> | void;
}

/** A part that is switched on and off. */
export interface StartStopComponent {
  start(signal: AbortSignal): Promise<void> | void;
  stop(signal: AbortSignal): Promise<void> | void;
}

/** An in-process part of the program, in the same dependency graph as the services. */
export type Component = RunComponent | StartStopComponent;

/** Limits on the calls of a component in milliseconds. Absent, zero or negative: no limit. */
export interface ComponentTimeouts {
  readonly startMs?: number;
  readonly stopMs?: number;
  readonly shutdownMs?: number;
  /** From the call of `shutdown` until `run` has returned. */
  readonly completionMs?: number;
  readonly checkReadyMs?: number;
}

/** How a component is launched. */
export interface LaunchOptions {
  /** True: ready. False: ask again after the pause. A throw aborts the start. Absent: ready as soon as it was started. */
  readonly checkReady?: (signal: AbortSignal) => Promise<boolean> | boolean;
  /** Calls of `checkReady` before the start fails. Default: no limit. */
  readonly maxAttempts?: number;
  /** Pause between two calls of `checkReady`. Default: none. */
  readonly backoff?: Backoff;
  readonly timeouts?: ComponentTimeouts;
  /** What must be up before. Default: the component launched before this one. */
  readonly dependsOn?: readonly string[];
}

/** Tells the two kinds of components apart. Throws a TypeError for anything else, naming both conflicting halves. */
export function componentKind(name: string, component: Component): 'run' | 'start-stop' {
  const has = (key: string): boolean => typeof Reflect.get(component, key) === 'function';
  const run = ['run', 'shutdown'].filter(has);
  const startStop = ['start', 'stop'].filter(has);
  if (run.length > 0 && startStop.length > 0) {
    throw new TypeError(
      `component "${name}" has ${quote(run)} of one kind and ${quote(startStop)} of the other: expected { run, shutdown } or { start, stop }`,
    );
  }
  if (run.length === 2) return 'run';
  if (startStop.length === 2) return 'start-stop';
  const found = [...run, ...startStop];
  throw new TypeError(
    `component "${name}" has ${found.length === 0 ? 'no methods' : `only ${quote(found)}`}: expected { run, shutdown } or { start, stop }`,
  );
}

function quote(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' and ');
}
