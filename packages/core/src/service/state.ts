/**
 * States of a service.
 *
 * PENDING waits for dependencies. STARTING runs the pre_script, spawns, and lasts until ready. RUNNING is ready.
 * BACKOFF waits for the restart timer. STOPPING lasts from the decision to stop until the process and everything it
 * forked is gone and the pos_script has ended. STOPPED and FAILED are at rest; STOPPED with `completed` is a oneshot
 * that succeeded. A service that was never started (`enabled = false`) is STOPPED.
 */
export type ServiceState = 'PENDING' | 'STARTING' | 'RUNNING' | 'BACKOFF' | 'STOPPING' | 'STOPPED' | 'FAILED';

/** Every state, in the order of a life. */
export const SERVICE_STATES: readonly ServiceState[] = [
  'PENDING',
  'STARTING',
  'RUNNING',
  'BACKOFF',
  'STOPPING',
  'STOPPED',
  'FAILED',
];

/** Things that happen to a service and may change its state. */
export type ServiceEvent =
  /** Somebody wants it up. */
  | 'start'
  /** Every dependency is satisfied. */
  | 'dependencies-satisfied'
  /** A dependency cannot be satisfied any more, or not within the time limit. */
  | 'dependencies-failed'
  /** It is ready. */
  | 'ready'
  /** The start was vetoed, the pre_script failed, the process could not be spawned, or it was not ready in time. */
  | 'start-failed'
  /** Somebody wants it down. */
  | 'stop'
  /** The process ended without failure. */
  | 'ended'
  /** The process ended with a failure. */
  | 'ended-badly'
  /** After an end: it will be started again after a pause. */
  | 'restart-scheduled'
  /** The pause before a restart is over. */
  | 'restart-due'
  /** Its restart budget is spent. */
  | 'gave-up'
  /** Adopted from an earlier supervisor: it runs and was ready. */
  | 'adopted';

/** Every event. */
export const SERVICE_EVENTS: readonly ServiceEvent[] = [
  'start',
  'dependencies-satisfied',
  'dependencies-failed',
  'ready',
  'start-failed',
  'stop',
  'ended',
  'ended-badly',
  'restart-scheduled',
  'restart-due',
  'gave-up',
  'adopted',
];
